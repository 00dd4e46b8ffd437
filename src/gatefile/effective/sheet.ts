import type { Gate } from "../../domain/gate.ts";
import type { Defaults } from "../defaults.ts";
import type { GateFields } from "../gate-keys.ts";
import type { Library } from "../library.ts";
import type { MapValue, Value } from "../value.ts";
import { entryAt, type Origins } from "./origin.ts";

/** Where a default that is a name comes from, e.g. `config`. */
export type NamedBy = Readonly<Record<"environment" | "server" | "source", string>>;

/** A gate with everything that tells where its parts come from. */
export type Sheet = {
  readonly gate: Gate;
  readonly root: MapValue;
  readonly fields: GateFields;
  readonly library: Library;
  readonly origins: Origins;
  readonly namedBy: NamedBy;
  readonly defaults: Defaults;
};

/** Where a key of the gate comes from: the place it is written at, or what else there is to say. */
export function originIn(sheet: Sheet, otherwise: string, ...path: readonly string[]): string {
  return originBelow(sheet, sheet.root, otherwise, ...path);
}

/** The same for a key of one of its parts. */
export function originBelow(
  { origins }: Sheet,
  part: Value | undefined,
  otherwise: string,
  ...path: readonly string[]
): string {
  const entry = entryAt(part, ...path);
  return entry === null ? otherwise : origins.of(entry);
}

/** The items of a list of the gate as they are written; none where it is not written. */
export function itemsOf(sheet: Sheet, key: string): readonly Value[] {
  const written = entryAt(sheet.root, key)?.value;
  return written?.kind === "list" ? written.items : [];
}
