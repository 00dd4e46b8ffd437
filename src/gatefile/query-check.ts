import { faults, type FaultKind } from "../promql/faults.ts";
import type { Complain } from "./problem-list.ts";
import type { RuleCode } from "./rules.ts";
import type { Text } from "./text.ts";

const CODES: Readonly<Record<FaultKind, RuleCode>> = {
  syntax: "R301",
  type: "R301",
  "too-long": "R320",
  "no-range": "R302",
  "needless-range": "R321",
  "computed-range": "R323",
  "zero-filled": "R305",
  comparison: "R322",
  result: "R321",
};

/** Complains about everything wrong with the query. False: nothing may be concluded from its text. */
export function checkQuery(query: Text, complain: Complain): boolean {
  const found = faults(query.text);
  for (const { kind, from, to, message, suggestion } of found) {
    complain({ code: CODES[kind], at: query.spanOf(from, to), message, suggestion });
  }
  return found.length === 0;
}
