import type { MissingBounds } from "../domain/gate.ts";
import { HOUR, type Millis, MINUTE } from "../domain/instant.ts";
import { parseDuration } from "../text/duration-text.ts";
import { oneOf, type Read } from "./leaf.ts";
import { nameOfKind } from "./value.ts";
import { shaped } from "./read.ts";

export const DEFAULT_MISSING: MissingBounds = { haltMs: 30 * MINUTE, rollbackMs: 2 * HOUR };

const consequence = oneOf("halt", "rollback");

/** `{ 30m: halt, 2h: rollback }`. What is not said never happens by this clock. */
export const missingBounds: Read<MissingBounds> = shaped(
  { type: "object", additionalProperties: consequence.json ?? {} },
  (value, complain) => {
    if (value.kind === "refused") return undefined;
    if (value.kind !== "map") {
      complain({
        code: "R108",
        at: value.at,
        message: `must be a mapping such as \`{ 30m: halt, 2h: rollback }\`, not ${nameOfKind(value)}`,
      });
      return undefined;
    }
    if (value.entries.length === 0) {
      complain({
        code: "R133",
        at: value.at,
        message: "a signal that stays missing will never halt or roll back",
      });
    }
    const after: { halt: Millis | null; rollback: Millis | null } = { halt: null, rollback: null };
    for (const entry of value.entries) {
      const ms = parseDuration(entry.key);
      if (ms === null) {
        complain({
          code: "R113",
          at: entry.keyAt,
          message: `\`${entry.key}\` is not a duration such as \`30m\``,
        });
      }
      const what = consequence(entry.value, complain);
      if (what === undefined || ms === null) continue;
      if (after[what] !== null) {
        complain({
          code: "R103",
          at: entry.keyAt,
          message: `\`${what}\` is given twice`,
          suggestion: "keep one of them",
        });
      }
      after[what] = ms;
      if (after.halt !== null && after.rollback !== null && after.halt >= after.rollback) {
        complain({ code: "R134", at: entry.keyAt, message: "the halt must come before the rollback" });
      }
    }
    return { haltMs: after.halt, rollbackMs: after.rollback };
  },
);
