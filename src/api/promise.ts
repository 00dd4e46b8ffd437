import { z } from "zod";
import type { PromiseAsked } from "../domain/promise.ts";
import { isoTime, isoTimeOrNull, timeSchema } from "./wire-time.ts";

/** A promise that a gate asks for, and who gave it. */
export const promiseSchema = z.object({
  by: z.string().describe("The group that is asked."),
  says: z.string().describe("What is promised, word for word."),
  step: z.number().int().nullable().describe("The step it is needed to enter; null: every step."),
  missing: z.number().int().describe("How many people have still to promise it."),
  given: z.array(
    z.object({
      person: z.string(),
      at: timeSchema,
      expiresAt: timeSchema.nullable().describe("Null: it does not expire."),
      reason: z.string(),
    }),
  ),
});

export function promiseBody(asked: PromiseAsked): z.infer<typeof promiseSchema> {
  const { by, says, step, missing, given } = asked;
  return {
    by,
    says,
    step,
    missing,
    given: given.map(({ person, at, expiresAt, reason }) => ({
      person,
      at: isoTime(at),
      expiresAt: isoTimeOrNull(expiresAt),
      reason,
    })),
  };
}
