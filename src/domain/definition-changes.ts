import { differences } from "./difference.ts";
import { formatMillis } from "./instant.ts";

/** One place where two definitions of a gate differ, in words: `step 3 hold`, `signal errors rollback`. */
export type DefinitionChange =
  | { readonly kind: "added"; readonly what: string }
  | { readonly kind: "removed"; readonly what: string }
  | { readonly kind: "changed"; readonly what: string; readonly from: string; readonly to: string };

type Tree = Readonly<Record<string, unknown>>;

/**
 * What a definition changes about another. Both are plain data, as a server tells one: nothing is left out because this
 * version has no words for it. Steps go by their number, signals and guards by their name, so that one more moves no other.
 */
export function definitionChanges(before: object, after: object): readonly DefinitionChange[] {
  const [old, now] = [named({ ...before }), named({ ...after })];
  return [...changesBelow([], old, now), ...reordered("signals", old, now), ...reordered("alerts", old, now)];
}

function changesBelow(path: readonly string[], old: Tree, now: Tree): readonly DefinitionChange[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
    changesAt(path, key, old[key] ?? null, now[key] ?? null),
  );
}

function changesAt(
  above: readonly string[],
  key: string,
  old: unknown,
  now: unknown,
): readonly DefinitionChange[] {
  if (differences(old, now).length === 0) return [];
  const path = [...above, key];
  const what = nameOf(path);
  if (isItem(path) && old === null) return [{ kind: "added", what }];
  if (isItem(path) && now === null) return [{ kind: "removed", what }];
  if (isTree(old) && isTree(now)) return changesBelow(path, old, now);
  const [from, to] = [textOf(key, old), textOf(key, now)];
  // Two that read alike differ in what their words leave out.
  return [
    from === to
      ? { kind: "changed", what, from: JSON.stringify(old), to: JSON.stringify(now) }
      : { kind: "changed", what, from, to },
  ];
}

const LISTS: Readonly<Record<string, string>> = { steps: "step", signals: "signal", alerts: "alerts" };

/** Whether it is a whole step, signal or guard. */
function isItem([list = "", ...below]: readonly string[]): boolean {
  return Object.hasOwn(LISTS, list) && below.length === 1;
}

/** The definition with its lists of named items by these names. */
function named(definition: Tree): Tree {
  return Object.fromEntries(
    Object.entries(definition).map(([key, value]) => {
      if (!Object.hasOwn(LISTS, key) || !Array.isArray(value)) return [key, value];
      const items: readonly unknown[] = value;
      return [key, Object.fromEntries(items.map((item, index) => [itemName(key, item, index), item]))];
    }),
  );
}

function itemName(list: string, item: unknown, index: number): string {
  const name = list === "steps" || !isTree(item) ? null : item[list === "signals" ? "name" : "match"];
  return typeof name === "string" ? name : String(index + 1);
}

/** Something with members of its own; what was written as a text is told as that text. */
function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("text" in value);
}

/** Worst of all decides about a gate, but what several say is told in their order. */
function reordered(list: string, old: Tree, now: Tree): readonly DefinitionChange[] {
  const namesIn = ({ [list]: items }: Tree) => (isTree(items) ? Object.keys(items) : []);
  const [left, right] = [namesIn(old), namesIn(now)];
  const from = left.filter((name) => right.includes(name)).join(", ");
  const to = right.filter((name) => left.includes(name)).join(", ");
  return from === to ? [] : [{ kind: "changed", what: `order of ${list}`, from, to }];
}

/** Keys that say nothing to people: what is below them does. */
const SILENT: ReadonlySet<string> = new Set(["measure"]);

function nameOf(path: readonly string[]): string {
  const words = path
    .map((word, depth) => (depth === 0 ? (LISTS[word] ?? word) : word))
    .filter((word) => !SILENT.has(word));
  return words.map((word) => word.replace(/Ms$/, "")).join(" ");
}

function textOf(key: string, value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "number" && key.endsWith("Ms")) return formatMillis(value);
  if (typeof value === "number" && key === "to") return `${value}%`;
  if (typeof value === "string") return value;
  if (typeof value === "object" && "text" in value) return String(value.text);
  if (key === "approve" && Array.isArray(value)) return value.map(demandText).join(" and ") || "none";
  return JSON.stringify(value);
}

function demandText(demand: unknown): string {
  if (!isTree(demand)) return JSON.stringify(demand);
  const { by, count } = demand;
  return count === 1 ? String(by) : `${String(count)} of ${String(by)}`;
}
