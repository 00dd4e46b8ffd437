import { definitionSchema } from "../api/definition.ts";
import { type Compared, compareDefinitions } from "../domain/compare-definitions.ts";
import { type DefinitionChange, definitionChanges } from "../domain/definition-changes.ts";
import type { Gate } from "../domain/gate.ts";
import type { Client, Failure } from "./client.ts";

/** What a gate file changes about what the server runs. */
export type PlannedChanges =
  /** Nobody named a server. */
  | { readonly kind: "not-asked" }
  | { readonly kind: "unseen"; readonly failure: Failure }
  | {
      readonly kind: "compared";
      readonly changes: readonly DefinitionChange[];
      /** Whether it is looser, which decides who can put a run under it. Null: nothing changes, or it cannot be told. */
      readonly adopts: Compared | null;
    };

/** Names that a file without its configuration is given on trust, by the keys that hold them. */
export type OnTrust = Readonly<Record<string, string>>;

/** Asks the server that `client` reaches; `version` is that of this program. */
export async function changesTo(
  client: Client,
  gate: Gate,
  onTrust: OnTrust,
  version: string,
): Promise<PlannedChanges> {
  const got = await client.definition(gate.name);
  const isNew = {
    kind: "compared",
    changes: [{ kind: "added", what: `gate ${gate.name}` }],
    adopts: null,
  } as const;
  if (got.kind === "refused" && got.problem.code === "unknown-gate") return isNew;
  if (got.kind !== "got") return { kind: "unseen", failure: got };
  // As it was sent: what is shown has its line breaks taken out, which a query on several lines would differ by.
  const body = definitionSchema.parse(got.raw);
  const running = body.gate;
  if (running === null) return isNew;
  const all = definitionChanges(running, gate);
  const changes = all.filter((change) => !isTrusted(change, onTrust));
  // With other names in it nothing would be provably as strict.
  const isComparable = changes.length > 0 && changes.length === all.length;
  const adopts =
    isComparable && isWrittenBy(running, body.version, version) ? compareDefinitions(running, gate) : null;
  return { kind: "compared", changes, adopts };
}

/** A definition has the shape that the version gave it which wrote it; of any other version nothing is claimed. */
function isWrittenBy(definition: object, theirs: string, ours: string): definition is Gate {
  return theirs === ours && "signals" in definition;
}

/** The server's own configuration says another name where this machine has none. */
function isTrusted(change: DefinitionChange, onTrust: OnTrust): boolean {
  if (change.kind !== "changed") return false;
  const key = change.what.split(" ").at(-1) ?? "";
  return onTrust[key] === change.to;
}

/** One line a change; what is not known is no line without one. */
export function changeLines(changes: PlannedChanges): readonly string[] {
  switch (changes.kind) {
    case "not-asked":
      return [];
    case "unseen":
      return ["? what it changes is not known: the server did not tell what runs"];
    case "compared":
      return changes.changes.length === 0
        ? ["no change to what runs"]
        : [...changes.changes.map(changeText), ...adoptionLines(changes.adopts)];
  }
}

function adoptionLines(adopts: Compared | null): readonly string[] {
  switch (adopts?.kind) {
    case undefined:
      return [];
    case "tighter":
      return ["tighter or equal: one person can adopt it for a run"];
    case "looser":
      return [
        `looser in ${adopts.at.join(", ")}: adopting it for a run takes the approvals of its next step`,
      ];
    case "other-flag":
      return ["another flag, strategy, stickiness, environment or audience: a run has to end first"];
  }
}

function changeText(change: DefinitionChange): string {
  switch (change.kind) {
    case "added":
      return `+ ${change.what}`;
    case "removed":
      return `- ${change.what}`;
    case "changed":
      return `~ ${change.what}: ${change.from} → ${change.to}`;
  }
}
