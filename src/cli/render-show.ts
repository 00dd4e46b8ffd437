import { stringify } from "yaml";
import type { EffectiveLine, EffectiveValue } from "../gatefile/effective/line.ts";
import { printable } from "../gatefile/invisible.ts";

/** Origins stand in one column, as far as lines are no longer than this. */
const ALIGNED_WIDTH = 64;

type Segment = string | number;

/** A row of the text: with its origin as a comment, where it has one. */
type Row = { readonly text: string; readonly origin: string | null };

/** The lines as a file that means the same, each with its origin beside it; remarks are comments. */
export function renderEffective(lines: readonly EffectiveLine[]): string {
  let before: readonly Segment[] = [];
  const rows = lines.flatMap((line) => {
    const segments = segmentsOf(line.path);
    if (line.isRemark) return [remarkRow(line, segments, sharedLength(segments, before))];
    const made = rowsOf(line, segments, sharedLength(segments, before));
    before = segments;
    return made;
  });
  const width = Math.max(
    ...rows.map(({ text, origin }) => (origin === null || text.length > ALIGNED_WIDTH ? 0 : text.length)),
  );
  return rows
    .map(({ text, origin }) => (origin === null ? text : `${text.padEnd(width)}  # ${printable(origin)}`))
    .join("\n");
}

/** The value on one line. */
export function valueText(value: EffectiveValue): string {
  return typeof value === "string" ? value.replaceAll(/\s+/g, " ") : scalarText(value);
}

/** The line below the keys that it opens; those down to `open` are open already. */
function rowsOf(line: EffectiveLine, path: readonly Segment[], open: number): Row[] {
  const key = path.at(-1) ?? "";
  const own: Row[] = [];
  let marker = "";
  for (const [depth, segment] of path.slice(0, -1).entries()) {
    if (depth < open) continue;
    if (typeof segment === "string") own.push({ text: `${indent(depth, marker)}${segment}:`, origin: null });
    marker = typeof segment === "number" ? "- " : "";
  }
  const head = `${indent(path.length - 1, marker)}${key}:`;
  const [first = "", ...more] = blockOf(line.value, path.length - 1);
  return [
    ...own,
    { text: `${head} ${first}`, origin: line.origin },
    ...more.map((text) => ({ text, origin: null })),
  ];
}

function remarkRow({ value, origin }: EffectiveLine, path: readonly Segment[], open: number): Row {
  const name = path.slice(open).join(".");
  return { text: `${indent(open, "")}# ${name}: ${printable(valueText(value))}`, origin };
}

/** White space for this depth; the marker of a list's item takes the place of the last of it. */
function indent(depth: number, marker: string): string {
  return " ".repeat(2 * depth - marker.length) + marker;
}

/** A value as YAML, the rest of its lines indented below the first. */
function blockOf(value: EffectiveValue, depth: number): string[] {
  if (typeof value !== "string" || !value.includes("\n")) return [scalarText(value)];
  return ["|", ...value.split("\n").map((text) => (text === "" ? "" : `${indent(depth + 1, "")}${text}`))];
}

function scalarText(value: EffectiveValue): string {
  return stringify(value, { lineWidth: 0, collectionStyle: "flow" }).trimEnd();
}

/** How many containers two paths are both inside of. */
function sharedLength(path: readonly Segment[], before: readonly Segment[]): number {
  let length = 0;
  while (length < path.length - 1 && length < before.length - 1 && path[length] === before[length])
    length += 1;
  return length;
}

/** `signals[0].query` as `signals`, 0, `query`. */
function segmentsOf(path: string): Segment[] {
  return path
    .split(/[.[\]]+/)
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
