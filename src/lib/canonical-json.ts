/**
 * JSON with the keys of every object in order and no blanks: the same text for the same value, however it was put together.
 * A number that JSON has no word for becomes null.
 */
export function canonicalJson(
  value: unknown,
  leavesOut: (member: unknown) => boolean = (member) => member === undefined,
): string {
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each, leavesOut)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, each]) => !leavesOut(each))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each, leavesOut)}`);
  return `{${members.join(",")}}`;
}
