import { z } from "zod";
import type { Approval } from "../domain/record.ts";
import { isoTime, timeSchema } from "./wire-time.ts";

export const approvalSchema = z.object({
  person: z.string(),
  groups: z.array(z.string()),
  step: z.number().int(),
  decision: z.string(),
  definition: z.string(),
  at: timeSchema,
  expiresAt: timeSchema,
  reason: z.string(),
});

export function approvalBody(approval: Approval): z.infer<typeof approvalSchema> {
  return {
    person: approval.person,
    groups: [...approval.groups],
    step: approval.step,
    decision: approval.decision,
    definition: approval.definition,
    at: isoTime(approval.at),
    expiresAt: isoTime(approval.expiresAt),
    reason: approval.reason,
  };
}
