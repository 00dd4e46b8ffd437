import { z } from "zod";
import { approvalSchema } from "./approval.ts";
import { promiseSchema } from "./promise.ts";
import { becauseSchema, stateSchema, verdictSchema } from "./because.ts";
import { onDeploySchema } from "./change.ts";
import { exitCodeSchema, exposureSchema, statusSchema, stepSchema, wouldSchema } from "./status.ts";
import { timeSchema } from "./wire-time.ts";

/** One gate in a list: where it stands, why, and what next. */
export const gateSummarySchema = z.object({
  name: z.string(),
  title: z.string().nullable(),
  owner: z.string().nullable(),
  environment: z.string().nullable().describe("Of the flag; null for a gate that only watches."),
  flag: z.string().nullable(),
  state: stateSchema,
  mode: z.enum(["observe", "act"]),
  verdict: verdictSchema,
  open: z.boolean().describe("Whether it may advance."),
  exitCode: exitCodeSchema,
  exposure: exposureSchema,
  step: stepSchema,
  because: z.array(becauseSchema),
  would: wouldSchema.nullable().describe("In observe mode: what would have been done of late."),
  retryAt: timeSchema.nullable(),
  changedAt: timeSchema.nullable().describe("Last change of exposure, whoever made it."),
  decision: z.string().nullable(),
  url: z.string(),
});

export type GateSummary = z.infer<typeof gateSummarySchema>;

export const gateListSchema = z.object({
  environment: z.string().describe("The server's default environment."),
  gates: z.array(gateSummarySchema),
});

export const requestSchema = z.object({
  adopts: z
    .string()
    .nullable()
    .describe("Hash of a looser definition that is to be adopted; null: the request is for the step."),
  step: z.number().int().describe("The step the approval lets the ramp enter, counted from 1."),
  to: z.number().nullable().describe("Its percent."),
  audience: z.string().optional().describe("Of whom that is a percent. Absent: of everybody."),
  decision: z.string().describe("The decision whose evidence is to be judged."),
  needed: z.array(z.string()),
  given: z.array(approvalSchema),
});

export const gateSchema = gateSummarySchema.extend({
  runbook: z.string().nullable(),
  service: z.string().nullable().describe("Whose deploys concern this gate."),
  onDeploy: onDeploySchema
    .nullable()
    .describe("What such a deploy does to the ramp; null without a service."),
  version: z.number().int(),
  definition: z.object({
    hash: z.string(),
    status: z.enum(["valid", "invalid", "gone", "changed"]),
  }),
  problems: z.array(
    z.object({
      file: z.string(),
      line: z.number().int(),
      column: z.number().int(),
      code: z.string(),
      severity: z.enum(["error", "warning", "hint"]),
      message: z.string(),
      suggestion: z.string().nullable(),
    }),
  ),
  steps: z.array(
    z.object({
      to: z.number(),
      audience: z.string().optional().describe("Of whom that is a percent. Absent: of everybody."),
      hold: z.number().describe("Seconds."),
      approval: z.boolean(),
    }),
  ),
  since: timeSchema.nullable().describe("Since when the ramp is in its state, where that is recorded."),
  run: z
    .object({
      id: z.string(),
      startedAt: timeSchema,
      startedBy: z.string(),
      change: z.string().nullable(),
      definition: z.string(),
      ceiling: z.number().nullable(),
    })
    .nullable(),
  held: z.number().describe("Seconds counted towards the hold of this step."),
  baked: z.number().describe("Seconds counted towards the bake."),
  drift: z.array(
    z.object({
      kind: z.string(),
      message: z.string(),
      observed: z.number().nullable(),
      by: z.string().nullable(),
      at: timeSchema,
    }),
  ),
  request: requestSchema.nullable(),
  promises: z.array(promiseSchema).describe("What people promise once for every run of the definition."),
  status: statusSchema,
});

export type GateBody = z.infer<typeof gateSchema>;
