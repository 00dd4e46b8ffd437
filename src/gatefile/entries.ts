import type { Read } from "./leaf.ts";
import { shaped } from "./read.ts";
import type { Span } from "./source.ts";
import { nameOfKind, type Scalar } from "./value.ts";

/** One entry of a mapping whose keys are names that people choose. */
export type NamedEntry<T> = { readonly name: string; readonly nameAt: Span; readonly value: T };

/** A mapping from names to something; undefined: it is no mapping. */
export function entriesOf<T>(
  key: Read<string>,
  item: Read<T>,
  expected: string,
): Read<readonly NamedEntry<T>[]> {
  const json = {
    type: "object",
    additionalProperties: item.json ?? {},
    minProperties: 1,
    ...(key.json === undefined ? {} : { propertyNames: key.json }),
  };
  return shaped(json, (value, complain) => {
    if (value.kind === "refused") return undefined;
    if (value.kind !== "map" || value.entries.length === 0) {
      const given = value.kind === "map" ? "an empty mapping" : nameOfKind(value);
      complain({ code: "R108", at: value.at, message: `must be ${expected}, not ${given}` });
      return undefined;
    }
    return value.entries.flatMap(({ key: written, keyAt, value: given }) => {
      const asScalar: Scalar = { kind: "scalar", value: written, source: written, style: "plain", at: keyAt };
      const named = key(asScalar, (complaint) =>
        complain({ ...complaint, message: complaint.message.replace(/^must be/, "each key must be") }),
      );
      const read = item(given, complain);
      return named === undefined || read === undefined ? [] : [{ name: named, nameAt: keyAt, value: read }];
    });
  });
}
