import { z } from "zod";
import type { AlertJudgement, AlertShown } from "../domain/verdict.ts";
import { verdictSchema } from "./because.ts";
import { isoTime, timeSchema } from "./wire-time.ts";

const silenceSchema = z.object({
  id: z.string(),
  by: z.string(),
  comment: z.string(),
  endsAt: timeSchema,
});

const activeAlertSchema = z.object({
  rule: z.string().describe("Name of the alerting rule."),
  labels: z.record(z.string(), z.string()),
  state: z.enum(["pending", "firing"]),
  activeAt: timeSchema.describe("When its condition began to hold."),
  silence: silenceSchema.nullable().describe("Who silenced it; null when nobody is known to have."),
});

/** What one guard over existing alerting rules says. */
export const alertSchema = z.object({
  guard: z.string().describe("The guard's `match`."),
  verdict: verdictSchema.describe("`good` means that nothing alerts; it proves no health."),
  code: z.enum(["good", "pending", "firing", "silenced", "missing", "dark"]),
  message: z.string(),
  until: timeSchema.optional(),
  rules: z.array(z.string()).describe("Names of the rules behind the guard."),
  active: z.array(activeAlertSchema).describe("Pending and firing alerts, the worst first."),
  notes: z.array(z.string()),
});

export type AlertBody = z.infer<typeof alertSchema>;

export type ActiveAlertBody = z.infer<typeof activeAlertSchema>;

export function alertBody(judged: AlertJudgement): AlertBody {
  return {
    guard: judged.guard,
    verdict: judged.verdict,
    code: judged.code,
    message: judged.message,
    ...(judged.until === null ? {} : { until: isoTime(judged.until) }),
    rules: [...judged.rules],
    active: judged.active.map(activeAlertBody),
    notes: [...judged.notes],
  };
}

function activeAlertBody({ rule, labels, state, activeAt, silence }: AlertShown): ActiveAlertBody {
  return {
    rule,
    labels: { ...labels },
    state,
    activeAt: isoTime(activeAt),
    silence: silence === null ? null : { ...silence, endsAt: isoTime(silence.endsAt) },
  };
}
