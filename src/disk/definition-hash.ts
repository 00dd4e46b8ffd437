import { createHash } from "node:crypto";

import type { Gate } from "../domain/gate.ts";

/**
 * The same for two gates that mean the same, however their files are written; different as soon as they do not. Whatever a
 * gate does not have (null, undefined, an empty list) is left out, so that a member that is new to this program and that a
 * file does not use leaves running ramps with the definition they were started on.
 */
export function definitionHash(gate: Gate): string {
  return `sha256:${createHash("sha256").update(canonicalJson(gate)).digest("hex")}`;
}

/** JSON with the keys of every object in order. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([, each]) => !isNothing(each))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`);
  return `{${members.join(",")}}`;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
