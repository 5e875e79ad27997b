/** The place of a step in the page; by its number, for ids may hold anything. */
export const stepAnchor = (index: number): string => `step-${String(index + 1)}`
