import { SECOND, type Millis } from "../domain/instant.ts";
import type { Unknown } from "../domain/reading.ts";
import { unknown, type Success } from "./reply.ts";
import { isList, isObject, type JsonObject } from "./shape.ts";

/** One rule of `/api/v1/rules`, whatever its kind, with what its group says about it. */
export type GroupedRule = {
  readonly group: string;
  /** How often it is evaluated; null when the source does not say. */
  readonly intervalMs: Millis | null;
  readonly rule: JsonObject;
};

/** Every rule of one kind. The kind is asked for too, but some that speak this API do not heed it. */
export function rulesOfKind(
  success: Success,
  kind: "alerting" | "recording",
): readonly GroupedRule[] | Unknown {
  const groups = isObject(success.data) ? success.data["groups"] : null;
  if (!isList(groups)) return unknown("bad-answer", "the list of rules has no groups");

  const found: GroupedRule[] = [];
  for (const group of groups) {
    if (!isObject(group) || !isList(group["rules"]))
      return unknown("bad-answer", "a group of rules has no rules");
    const { name, interval } = group;
    const intervalMs = typeof interval === "number" && interval > 0 ? interval * SECOND : null;
    for (const rule of group["rules"]) {
      if (!isObject(rule) || rule["type"] !== kind) continue;
      found.push({ group: typeof name === "string" ? name : "", intervalMs, rule });
    }
  }
  return found;
}
