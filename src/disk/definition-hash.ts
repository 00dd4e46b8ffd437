import { createHash } from "node:crypto";

import type { Gate } from "../domain/gate.ts";
import { canonicalJson } from "../lib/canonical-json.ts";

/**
 * The same for two gates that mean the same, however their files are written; different as soon as they do not. Whatever a
 * gate does not have (null, undefined, an empty list) is left out, so that a member that is new to this program and that a
 * file does not use leaves running ramps with the definition they were started on.
 */
export function definitionHash(gate: Gate): string {
  return `sha256:${createHash("sha256").update(canonicalJson(gate, isNothing)).digest("hex")}`;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
