import { nearestName } from "../text/nearest-name.ts";
import { decode, type GivenFile } from "./decode.ts";
import { readDocument, textUnder } from "./document.ts";
import { GATE_SHAPE, type GateFields } from "./gate-keys.ts";
import { wordList } from "./leaf.ts";
import { type LibrarySignal, readLibrary } from "./library.ts";
import { readMap } from "./mapping.ts";
import { type Complain, type ProblemList, problemList } from "./problem-list.ts";
import { entryOf, headOf, type MapValue } from "./value.ts";

/** One file, read alone: what it declares, and what is wrong with it so far. */
export type ReadFile = { readonly path: string; readonly list: ProblemList } & (
  | { readonly kind: "gate"; readonly fields: GateFields; readonly name: string | null }
  | { readonly kind: "library"; readonly signals: readonly LibrarySignal[] }
  /** Nothing can be said of it but its problems, and perhaps the name of the gate it meant to be. */
  | { readonly kind: "refused"; readonly name: string | null }
);

const SCHEMAS = ["gate/v1", "signals/v1"];
const LATER_SCHEMAS = ["profile/v1", "flow/v1", "calendar/v1", "gate-test/v1"];

export function readFile(given: GivenFile): ReadFile {
  const { path } = given;
  const list = problemList();
  const { complain } = list;
  const file = decode(given, complain);
  const root = file === null ? null : readDocument(file, complain);
  if (root === null) return { kind: "refused", path, list, name: null };

  const schema = schemaOf(root, complain);
  if (schema === "signals/v1") return { kind: "library", path, list, signals: readLibrary(root, complain) };
  // A file of another kind has a name too, but no gate goes by it.
  const name = schema === "other" ? null : gateNameOf(root);
  const fields = schema === "gate/v1" ? readMap(root, GATE_SHAPE, complain) : undefined;
  return fields === undefined
    ? { kind: "refused", path, list, name }
    : { kind: "gate", path, list, fields, name };
}

/** A name no gate can have names none: it must not be shown as one. */
function gateNameOf(root: MapValue): string | null {
  const written = textUnder(root, "name");
  return written !== null && /^[a-z0-9-]{1,60}$/.test(written) ? written : null;
}

type Schema = "gate/v1" | "signals/v1" | "other" | "unknown";

function schemaOf(root: MapValue, complain: Complain): Schema {
  const entry = entryOf(root, "schema");
  if (entry === null) {
    const near = nearestName(
      "schema",
      root.entries.map(({ key }) => key),
    );
    const suggestion = near === null ? "begin with `schema: gate/v1`" : `\`${near}\` may be meant`;
    complain({ code: "R107", at: headOf(root), message: "the file needs `schema`", suggestion });
    return "unknown";
  }
  const { value } = entry;
  const schema = value.kind === "scalar" && typeof value.value === "string" ? value.value : "";
  if (schema === "gate/v1" || schema === "signals/v1") return schema;
  if (LATER_SCHEMAS.includes(schema)) {
    const message = `\`${schema}\` is not supported by this version; the file is not loaded`;
    complain({ code: "R190", at: value.at, message });
    return "other";
  }
  const near = nearestName(schema, [...SCHEMAS, ...LATER_SCHEMAS]);
  complain({
    code: "R109",
    at: value.at,
    message: `the schema must be ${wordList(SCHEMAS)}`,
    suggestion: near === null ? null : `did you mean \`${near}\`?`,
  });
  return "unknown";
}
