import type { Words } from "../../src/gatefile/read.ts";
import { table } from "./sections.ts";

type Shape = {
  readonly keys: Readonly<Record<string, { readonly words?: Words }>>;
  readonly required?: readonly string[];
};

/** A table of a mapping's keys, from what each key says of itself. */
export function keyTable({ keys, required = [] }: Shape): string {
  return table(
    ["Key", "Type", "Default", "Meaning"],
    Object.entries(keys).map(([key, { words }]) => {
      if (words === undefined) throw new Error(`nothing is said of the key ${key}`);
      const fallback = required.includes(key) || key === "schema" ? "needed" : (words.fallback ?? "");
      return [`\`${key}\``, words.type, fallback, words.meaning];
    }),
  );
}
