/** Nodes that are read or worked on side by side; more gains nothing on the operator's side and starves the far side. */
export const NODES_AT_ONCE = 50
