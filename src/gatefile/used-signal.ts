import type { Fields } from "./mapping.ts";
import type { GateSignalFields } from "./signal-keys.ts";

type Written = Pick<GateSignalFields, "values" | "has" | "at" | "head">;

/** Keys of the signal, each by the key under which it is written here. */
type Renamed = Readonly<Partial<Record<keyof GateSignalFields["values"], string>>>;

type Own = Pick<Fields<never>, "head"> & {
  has(key: string): boolean;
  at(key: string): GateSignalFields["head"];
};

/** A signal of the library that something else than `signals` uses, as if it had been written there. */
export function asUsed(values: GateSignalFields["values"], keys: Renamed, own: Own): Written {
  return {
    values,
    has: (key) => keys[key] !== undefined && own.has(keys[key]),
    at: (key) => (keys[key] === undefined ? own.head : own.at(keys[key])),
    head: own.head,
  };
}
