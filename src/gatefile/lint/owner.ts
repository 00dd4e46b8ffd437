import type { Complain } from "../problem-list.ts";
import type { Span } from "../source.ts";

import type { Severity } from "../../domain/problem.ts";

type Owned = { has(key: "owner" | "runbook"): boolean; readonly head: Span };

/** R401, R402: whom to ask, and what to do at night; `runbook` is how grave it is to have none. */
export function hasOwner(
  fields: Owned,
  what: "gate" | "signal",
  complain: Complain,
  runbook: Severity = "hint",
): void {
  if (!fields.has("owner")) {
    complain({
      code: "R401",
      at: fields.head,
      message: `the ${what} has no owner`,
      suggestion: "add `owner:` with a team's name",
    });
  }
  if (!fields.has("runbook")) {
    complain({
      code: "R402",
      at: fields.head,
      message: `the ${what} has no runbook`,
      suggestion: "add `runbook:` with a link",
      severity: runbook,
    });
  }
}
