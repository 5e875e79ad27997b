/** The unit that a drop-in of an administrator belongs to, `containerd.service`; undefined for any other file. */
export function unitOfDropIn(path: string): string | undefined {
  return /^\/etc\/systemd\/system\/([^/]+\.[a-z]+)\.d\/[^/]+\.conf$/.exec(path)?.[1]
}
