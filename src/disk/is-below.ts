import { resolve, sep } from "node:path";

/** Whether the file or folder is this one, or lies somewhere in it. */
export function isBelow(path: string, folder: string): boolean {
  const [below, above] = [resolve(path), resolve(folder)];
  return below === above || below.startsWith(above.endsWith(sep) ? above : above + sep);
}
