import type { Words } from "../../src/gatefile/read.ts";
import { table } from "./sections.ts";

type Shape = {
  readonly keys: Readonly<Record<string, { readonly words?: Words }>>;
  readonly required?: readonly string[];
};

/** A table of a mapping's keys, from what each key says of itself; of several mappings one after the other. */
export function keyTable(...shapes: readonly Shape[]): string {
  return table(["Key", "Type", "Default", "Meaning"], shapes.flatMap(rowsOf));
}

/** The mapping's keys as they are called from the gate: `rollback.to`. */
export function below(key: string, { keys }: Shape): Shape {
  return { keys: Object.fromEntries(Object.entries(keys).map(([own, read]) => [`${key}.${own}`, read])) };
}

function rowsOf({ keys, required = [] }: Shape): readonly (readonly string[])[] {
  return Object.entries(keys).map(([key, { words }]) => {
    if (words === undefined) throw new Error(`nothing is said of the key ${key}`);
    const fallback = required.includes(key) || key === "schema" ? "needed" : (words.fallback ?? "");
    return [`\`${key}\``, words.type, fallback, words.meaning];
  });
}
