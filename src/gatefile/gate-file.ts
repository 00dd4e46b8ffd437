import { nearestName } from "../text/nearest-name.ts";
import { type DeclaredWindow, readCalendar } from "./calendar.ts";
import { decode, type GivenFile } from "./decode.ts";
import { readDocument, textUnder } from "./document.ts";
import { type FlowDraft, readFlow } from "./flow.ts";
import type { GateTest } from "./gate-test/gate-test.ts";
import { readGateTest } from "./gate-test/read-gate-test.ts";
import { wordList } from "./leaf.ts";
import { type LibrarySignal, readLibrary } from "./library.ts";
import { type Complain, type ProblemList, problemList } from "./problem-list.ts";
import { type Profile, readProfile } from "./profile.ts";
import { entryOf, headOf, type MapValue } from "./value.ts";

/** One file, read alone: what it declares, and what is wrong with it so far. */
export type ReadFile = { readonly path: string; readonly list: ProblemList } &
  /** Its keys are read when everything it draws on is known. */
  (
    | { readonly kind: "gate"; readonly root: MapValue; readonly name: string | null }
    | { readonly kind: "profile"; readonly profile: Profile }
    | { readonly kind: "library"; readonly signals: readonly LibrarySignal[] }
    | { readonly kind: "flow"; readonly flow: FlowDraft }
    | { readonly kind: "calendar"; readonly windows: readonly DeclaredWindow[] }
    /** Null: it has errors. */
    | { readonly kind: "test"; readonly root: MapValue; readonly test: GateTest | null }
    /** Nothing can be said of it but its problems, and perhaps the name of the gate it meant to be. */
    | { readonly kind: "refused"; readonly name: string | null }
  );

const SCHEMAS = ["gate/v1", "profile/v1", "signals/v1", "flow/v1", "calendar/v1", "gate-test/v1"] as const;

export function readFile(given: GivenFile): ReadFile {
  const { path } = given;
  const list = problemList();
  const { complain } = list;
  const file = decode(given, complain);
  const root = file === null ? null : readDocument(file, complain);
  if (root === null) return { kind: "refused", path, list, name: null };

  const schema = schemaOf(root, complain);
  if (schema === "signals/v1") return { kind: "library", path, list, signals: readLibrary(root, complain) };
  if (schema === "gate-test/v1") return { kind: "test", path, list, root, test: readGateTest(root, list) };
  if (schema === "gate/v1") return { kind: "gate", path, list, root, name: gateNameOf(root) };
  if (schema === "flow/v1" || schema === "calendar/v1") sayNoEffect(root, schema, complain);
  if (schema === "calendar/v1") {
    return { kind: "calendar", path, list, windows: readCalendar(root, complain) };
  }
  const flow = schema === "flow/v1" ? readFlow(root, list) : undefined;
  if (flow !== undefined) return { kind: "flow", path, list, flow };
  const profile = schema === "profile/v1" ? readProfile(root, list) : undefined;
  if (profile !== undefined) return { kind: "profile", path, list, profile };
  // A file of another kind has a name too, but no gate goes by it.
  return { kind: "refused", path, list, name: schema === "unknown" ? gateNameOf(root) : null };
}

const NO_EFFECT = {
  "flow/v1": "`flow/v1` is read and checked, and has no effect yet",
  "calendar/v1":
    "`calendar/v1` is read and checked, and has no effect yet but on signals that name its windows in `except`",
} as const;

/** R191: flows and calendars are checked, so that they are right when they begin to hold. */
function sayNoEffect(root: MapValue, schema: keyof typeof NO_EFFECT, complain: Complain): void {
  const at = entryOf(root, "schema")?.value.at ?? headOf(root);
  complain({ code: "R191", at, message: NO_EFFECT[schema] });
}

/** A name no gate can have names none: it must not be shown as one. */
function gateNameOf(root: MapValue): string | null {
  const written = textUnder(root, "name");
  return written !== null && /^[a-z0-9-]{1,60}$/.test(written) ? written : null;
}

type Schema = (typeof SCHEMAS)[number] | "unknown";

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
  const known = SCHEMAS.find((each) => each === schema);
  if (known !== undefined) return known;
  const near = SCHEMAS.find((each) => each === `${schema}/v1`) ?? nearestName(schema, SCHEMAS);
  complain({
    code: "R109",
    at: value.at,
    message: `the schema must be ${wordList(SCHEMAS)}`,
    suggestion: near === null ? null : `did you mean \`${near}\`?`,
  });
  return "unknown";
}
