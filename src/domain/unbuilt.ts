import { because } from "./because.ts";
import { unreadWindows } from "./blind-window.ts";
import type { Gate } from "./gate.ts";
import type { Because } from "./verdict.ts";

/** Keys of which nothing happens yet and that would keep deploys out, too: they are locks on a whole flow. */
const OF_DEPLOYS: readonly string[] = ["touches", "calendars", "debt"];

/**
 * The keys of a gate that would hold exposure back and do not yet, as they are written. Such a gate would run weaker than
 * its author wrote it, so it is watched, and nothing of it grows.
 */
export function unbuiltOf(gate: Gate): readonly string[] {
  const { touches = [], calendars = [], requires = [], reconcile = [] } = gate;
  return [
    ...(touches.length > 0 ? ["touches"] : []),
    ...(calendars.length > 0 ? ["calendars"] : []),
    ...(gate.debt === undefined ? [] : ["debt"]),
    ...new Set(requires.map(({ kind }) => `requires: ${kind}`)),
    ...unreadWindows(gate.signals).map((name) => `except: ${name}`),
    ...(gate.evidence === undefined ? [] : ["evidence"]),
    ...(reconcile.length > 0 ? ["rollback.reconcile"] : []),
  ];
}

/** Why nothing of the gate may grow while this version does nothing about some of its keys; empty: there is none. */
export function unbuiltBecause(gate: Gate): readonly Because[] {
  return reasonFor(gate, unbuiltOf(gate));
}

/** The same for a deploy: a freeze or an open debt would close that. */
export function unbuiltForDeploys(gate: Gate): readonly Because[] {
  const keys = unbuiltOf(gate).filter((key) => OF_DEPLOYS.includes(key));
  return reasonFor(gate, keys);
}

const OPENS = "leave it out of the file, if the gate is safe without";

/** The sentence for people who want to start or adopt such a gate; null: nothing is in the way. */
export function unbuiltRefusal(gate: Gate): string | null {
  const [reason] = unbuiltBecause(gate);
  return reason === undefined ? null : `${reason.message}; ${OPENS}`;
}

function reasonFor(gate: Gate, keys: readonly string[]): readonly Because[] {
  if (keys.length === 0) return [];
  const named = keys.map((key) => `\`${key}\``).join(", ");
  const message = `${named} of ${gate.name} would hold it back and has no effect yet: it can be watched, not raised`;
  return [because("definition", "unbuilt", message, { opens: OPENS })];
}
