import { definitionSchema } from "../api/definition.ts";
import { type DefinitionChange, definitionChanges } from "../domain/definition-changes.ts";
import type { Gate } from "../domain/gate.ts";
import type { Client, Failure } from "./client.ts";

/** What a gate file changes about what the server runs. */
export type PlannedChanges =
  /** Nobody named a server. */
  | { readonly kind: "not-asked" }
  | { readonly kind: "unseen"; readonly failure: Failure }
  | { readonly kind: "compared"; readonly changes: readonly DefinitionChange[] };

/** Names that a file without its configuration is given on trust, by the keys that hold them. */
export type OnTrust = Readonly<Record<string, string>>;

export async function changesTo(client: Client, gate: Gate, onTrust: OnTrust): Promise<PlannedChanges> {
  const got = await client.definition(gate.name);
  const isNew: PlannedChanges = { kind: "compared", changes: [{ kind: "added", what: `gate ${gate.name}` }] };
  if (got.kind === "refused" && got.problem.code === "unknown-gate") return isNew;
  if (got.kind !== "got") return { kind: "unseen", failure: got };
  // As it was sent: what is shown has its line breaks taken out, which a query on several lines would differ by.
  const running = definitionSchema.parse(got.raw).gate;
  if (running === null) return isNew;
  const changes = definitionChanges(running, gate).filter((change) => !isTrusted(change, onTrust));
  return { kind: "compared", changes };
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
      return changes.changes.length === 0 ? ["no change to what runs"] : changes.changes.map(changeText);
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
