import { z } from "zod";
import type { Decision } from "../domain/decision.ts";
import { alertBody, alertSchema } from "./alert.ts";
import { becauseBody, becauseSchema, stateSchema, verdictSchema } from "./because.ts";
import { evidenceBody, evidenceSchema } from "./signal.ts";
import type { DeclaredSignals } from "./signal.ts";
import { isoTime, isoTimeOrNull, timeSchema } from "./wire-time.ts";

const percentOrNull = z.number().nullable();

const strategySchema = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string().nullable(),
  disabled: z.boolean(),
  rollout: z.string().nullable(),
  groupId: z.string().nullable(),
  stickiness: z.string().nullable(),
  constraints: z.string(),
  segments: z.string(),
  variants: z.string(),
  milestoneId: z.string().nullable(),
});

const flagSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("seen"),
    project: z.string(),
    archived: z.boolean(),
    environmentEnabled: z.boolean(),
    strategies: z.array(strategySchema),
  }),
  z.object({ kind: z.literal("absent"), what: z.enum(["flag", "environment"]) }),
  z.object({ kind: z.literal("unreadable"), detail: z.string() }),
]);

const servedSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("seen"),
    enabled: z.boolean(),
    strategies: z.array(z.object({ id: z.string(), rollout: z.string().nullable() })),
    at: timeSchema,
  }),
  z.object({ kind: z.literal("unknown"), detail: z.string() }),
]);

const actionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("none") }),
  z.object({
    kind: z.enum(["raise", "lower", "retoken", "restore", "rotate", "release", "refit"]),
    from: percentOrNull,
    to: z.number(),
    title: z.string(),
    audience: z.string().optional().describe("Of whom a raise's `to` is a percent. Absent: of everybody."),
  }),
  z.object({ kind: z.literal("switch-off") }),
]);

/** One pass with everything it rested on; equal passes are folded into one, first and last time kept. */
export const decisionSchema = z.object({
  id: z.string(),
  gate: z.string(),
  run: z.string().nullable(),
  definition: z.string(),
  at: timeSchema,
  lastAt: timeSchema,
  count: z.number().int(),
  actor: z.string(),
  before: stateSchema,
  after: stateSchema,
  step: z.object({ index: z.number().int(), of: z.number().int() }),
  verdict: verdictSchema,
  because: z.array(becauseSchema),
  signals: z.array(evidenceSchema),
  alerts: z.array(alertSchema),
  exposure: z.object({
    wanted: percentOrNull,
    set: percentOrNull,
    setAt: timeSchema.nullable(),
    served: percentOrNull,
    changedAt: timeSchema.nullable(),
    raisedAt: timeSchema.nullable().describe("Last increase by anybody; null when it is not known."),
    audience: z.string().optional().describe("Of whom these are percents. Absent: of everybody."),
  }),
  flag: flagSchema.nullable(),
  served: servedSchema.nullable(),
  approvals: z.array(z.string()),
  action: actionSchema,
  would: z
    .enum(["advance", "halt", "rollback"])
    .nullable()
    .describe("In observe mode: what would have been done."),
});

export type DecisionBody = z.infer<typeof decisionSchema>;

export const decisionPageSchema = z.object({
  decisions: z.array(decisionSchema),
  next: z.string().nullable().describe("Cursor of the following page; null on the last."),
});

/** What the doors know about the gate of a decision beside it: its signals, as this definition declares them. */
export type DecisionOrigin = DeclaredSignals & {
  /** Null: the gate has none any more. */
  readonly definition: string | null;
};

export function decisionBody(decision: Decision, of: DecisionOrigin): DecisionBody {
  const origin = { ...of, at: decision.lastAt };
  const declares = of.definition === decision.definition;
  return {
    id: decision.id,
    gate: decision.gate,
    run: decision.run,
    definition: decision.definition,
    at: isoTime(decision.at),
    lastAt: isoTime(decision.lastAt),
    count: decision.count,
    actor: decision.actor,
    before: decision.before,
    after: decision.after,
    step: { index: decision.step, of: decision.of },
    verdict: decision.verdict,
    because: decision.because.map(becauseBody),
    signals: decision.signals.map((signal) => evidenceBody(signal, origin, declares)),
    alerts: decision.alerts.map(alertBody),
    exposure: {
      wanted: decision.exposure.wanted,
      set: decision.exposure.set,
      setAt: isoTimeOrNull(decision.exposure.setAt),
      served: decision.exposure.served,
      changedAt: isoTimeOrNull(decision.exposure.changedAt),
      raisedAt: isoTimeOrNull(decision.exposure.raisedAt),
      ...(decision.audience === undefined ? {} : { audience: decision.audience }),
    },
    flag: flagBody(decision),
    served: servedBody(decision),
    approvals: [...decision.approvals],
    action: { ...decision.action },
    would: decision.would,
  };
}

function flagBody({ flag }: Decision): DecisionBody["flag"] {
  if (flag?.kind !== "seen") return flag;
  return { ...flag, strategies: flag.strategies.map((strategy) => ({ ...strategy })) };
}

function servedBody({ served }: Decision): DecisionBody["served"] {
  if (served?.kind !== "seen") return served;
  return {
    ...served,
    strategies: served.strategies.map((strategy) => ({ ...strategy })),
    at: isoTime(served.at),
  };
}
