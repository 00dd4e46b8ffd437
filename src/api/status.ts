import { z } from "zod";
import type { StatusAnswer } from "../domain/answer.ts";
import type { Would } from "../domain/record.ts";
import { alertBody, alertSchema } from "./alert.ts";
import { becauseBody, becauseSchema, stateSchema, verdictSchema } from "./because.ts";
import { onDeploySchema } from "./change.ts";
import { decisionUrl, gateUrl } from "./links.ts";
import { signalBody, signalSchema } from "./signal.ts";
import type { DeclaredSignals } from "./signal.ts";
import { isoTime, timeSchema, wholeSeconds } from "./wire-time.ts";

export const purposeSchema = z.enum(["advance", "deploy", "finish"]);

export const exposureSchema = z.object({
  wanted: z.number().nullable(),
  set: z.number().nullable().describe("Read back from the admin API."),
  served: z.number().nullable().describe("What an SDK of the environment evaluates."),
  observed: z.number().nullable().describe("What traffic shows."),
  unit: z.literal("percent"),
  audience: z
    .string()
    .optional()
    .describe("Of whom these are percents: the segment or the values of a step. Absent: of everybody."),
});

export const stepSchema = z.object({
  index: z.number().int().describe("0 is before the first step."),
  of: z.number().int(),
  next: z.number().nullable().describe("Percent of the next step; null at the last."),
  nextAudience: z.string().optional().describe("Of whom that is a percent. Absent: of everybody."),
});

/** The last deploy of the gate's own service. */
export const deployNotedSchema = z.object({
  id: z.string(),
  at: timeSchema,
  service: z.string(),
  version: z.string(),
  by: z.string(),
  effect: onDeploySchema.describe("What it did to the ramp."),
  suspect: z.boolean().describe("Whether a degradation followed it closely."),
});

export type DeployNotedBody = z.infer<typeof deployNotedSchema>;

export const wouldSchema = z.object({
  at: timeSchema,
  would: z.enum(["advance", "halt", "rollback"]).nullable(),
  set: z.number().nullable().describe("Exposure at that time."),
  message: z.string(),
});

export type WouldBody = z.infer<typeof wouldSchema>;

export const exitCodeSchema = z.literal([0, 3, 4, 5, 6]);

export const statusSchema = z.object({
  gate: z.string(),
  for: purposeSchema,
  open: z.boolean(),
  verdict: verdictSchema.describe("Of the signals alone; everything else stands in `because`."),
  state: stateSchema,
  mode: z.enum(["observe", "act"]),
  exitCode: exitCodeSchema.describe(
    "0 open, 3 closed for now, 4 halted or rolled back, 5 only an approval is missing, 6 cannot see.",
  ),
  exposure: exposureSchema,
  step: stepSchema,
  because: z.array(becauseSchema),
  signals: z.array(signalSchema),
  alerts: z.array(alertSchema).describe("What the guards over existing alerting rules say."),
  deploy: deployNotedSchema.nullable(),
  woulds: z
    .array(wouldSchema)
    .describe("In observe mode: what would have been done and since when, the newest last."),
  remarks: z.array(z.string()).describe("What people should know that opens and closes nothing."),
  retryAfter: z
    .number()
    .int()
    .nullable()
    .describe("Seconds until asking again may give another answer; null when only an act can change it."),
  decision: z.string().nullable(),
  definition: z.string(),
  url: z.string(),
  at: timeSchema,
});

export type StatusBody = z.infer<typeof statusSchema>;

/** Status codes for shells that read nothing else (`strict=1`). */
export const STRICT_STATUS = { 0: 200, 3: 409, 4: 423, 5: 428, 6: 503 } as const satisfies Record<
  StatusAnswer["exitCode"],
  number
>;

export function statusBody(answer: StatusAnswer, origin: DeclaredSignals, publicUrl: string): StatusBody {
  return {
    gate: answer.gate,
    for: answer.for,
    open: answer.open,
    verdict: answer.verdict,
    state: answer.state,
    mode: answer.mode,
    exitCode: answer.exitCode,
    exposure: { ...answer.exposure },
    step: { ...answer.step },
    because: answer.because.map(becauseBody),
    signals: answer.signals.map((signal) => signalBody(signal, { ...origin, at: answer.at })),
    alerts: answer.alerts.map(alertBody),
    deploy: deployBody(answer.deploy),
    woulds: answer.woulds.map(wouldBody),
    remarks: [...answer.remarks],
    // Zero seconds would invite a client to spin.
    retryAfter: answer.retryAt === null ? null : Math.max(1, wholeSeconds(answer.retryAt - answer.at)),
    decision: answer.decision,
    definition: answer.definition,
    url: answer.decision === null ? gateUrl(publicUrl, answer.gate) : decisionUrl(publicUrl, answer.decision),
    at: isoTime(answer.at),
  };
}

function deployBody(deploy: StatusAnswer["deploy"]): DeployNotedBody | null {
  if (deploy === null) return null;
  const { id, at, service, version, by, effect, suspect } = deploy;
  return { id, at: isoTime(at), service, version, by, effect, suspect };
}

export function wouldBody(would: Would): WouldBody {
  return { ...would, at: isoTime(would.at) };
}

/** What must differ before a waiting caller is woken: a message whose numbers count up is the same answer. */
export function sameAnswer(a: StatusAnswer, b: StatusAnswer): boolean {
  return gist(a) === gist(b);
}

function gist(answer: StatusAnswer): string {
  return JSON.stringify([
    answer.open,
    answer.exitCode,
    answer.verdict,
    answer.state,
    answer.mode,
    answer.exposure.set,
    answer.step.index,
    answer.because.map((because) => [because.kind, because.code]),
  ]);
}
