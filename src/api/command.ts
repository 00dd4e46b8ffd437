import { z } from "zod";
import { ACTIONS } from "../domain/command.ts";
import { approvalSchema } from "./approval.ts";
import { promiseSchema } from "./promise.ts";
import { reasonSchema } from "./reason.ts";
import { stateSchema } from "./because.ts";
import { requestSchema } from "./gate.ts";

const ONLY_WITH = { at: "start", change: "start", until: "pause" } as const;

export const actionRequestSchema = z
  .strictObject({
    action: z.enum(ACTIONS),
    reason: reasonSchema,
    at: z
      .int("must be a whole percent from 1 to 100")
      .min(1, "must be a whole percent from 1 to 100")
      .max(100, "must be a whole percent from 1 to 100")
      .optional()
      .describe("Only with start: the declared step the flag already stands at."),
    change: z
      .string()
      .min(1, "must not be empty")
      .max(200, "may have at most 200 characters")
      .optional()
      .describe("Only with start: what is being released. Told twice it has no further effect."),
    until: z.iso
      .datetime({ offset: true, error: "must be a time with its offset, such as 2026-03-03T14:00:00Z" })
      .optional()
      .describe("Only with pause: when it goes on by itself."),
  })
  .superRefine((body, context) => {
    for (const [key, action] of Object.entries(ONLY_WITH)) {
      if (key in body && body.action !== action) {
        context.addIssue({ code: "custom", path: [key], message: `only goes with the action ${action}` });
      }
    }
  });

export const approveRequestSchema = z.strictObject({
  step: z.int("must be a step number").min(1, "must be 1 or more"),
  decision: z.string().min(1, "must name a decision").max(100, "may have at most 100 characters"),
  verdict: z.enum(["approve", "not-yet"]),
  reason: reasonSchema,
});

export const promiseRequestSchema = z.strictObject({
  says: z
    .string()
    .min(1, "must be the promise, word for word")
    .max(1000, "may have at most 1000 characters")
    .describe("The promise, word for word as the gate asks for it."),
  reason: reasonSchema,
});

/** A command that was accepted: the decision tells what came of it. */
export const acceptedSchema = z.object({
  gate: z.string(),
  decision: z.string(),
  state: stateSchema,
  message: z.string(),
  url: z.string(),
});

export type AcceptedBody = z.infer<typeof acceptedSchema>;

export const approvalsSchema = z.object({
  gate: z.string(),
  request: requestSchema.nullable().describe("What waits for an approval now."),
  approvals: z.array(approvalSchema).describe("Given in this run."),
  promises: z.array(promiseSchema).describe("What people promise once for every run of the definition."),
});
