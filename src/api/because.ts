import { z } from "zod";
import { RAMP_STATES } from "../domain/ramp.ts";
import { type Because, VERDICTS } from "../domain/verdict.ts";
import { isoTime, timeSchema } from "./wire-time.ts";

export const verdictSchema = z.enum(VERDICTS);

export const stateSchema = z.enum(RAMP_STATES);

export const becauseSchema = z.object({
  kind: z.enum([
    "state",
    "definition",
    "signal",
    "alert",
    "settle",
    "hold",
    "proof",
    "require",
    "approval",
    "lock",
    "switch",
    "drift",
    "claim",
    "health",
  ]),
  code: z.string(),
  message: z.string(),
  until: timeSchema.optional().describe("When time alone will open it."),
  opens: z.string().optional().describe("What would open it, when time alone does not."),
});

export type BecauseBody = z.infer<typeof becauseSchema>;

export function becauseBody(because: Because): BecauseBody {
  return {
    kind: because.kind,
    code: because.code,
    message: because.message,
    ...(because.until === null ? {} : { until: isoTime(because.until) }),
    ...(because.opens === null ? {} : { opens: because.opens }),
  };
}
