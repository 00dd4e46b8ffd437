import { z } from "zod";
import { SECOND } from "../domain/instant.ts";
import { LONGEST_MAINTENANCE, type Maintenance } from "../domain/maintenance.ts";
import { reasonSchema } from "./reason.ts";
import { isoTime, timeSchema } from "./wire-time.ts";

const LONGEST_SECONDS = LONGEST_MAINTENANCE / SECOND;
const WRONG_LENGTH = `must be whole seconds from 1 to ${LONGEST_SECONDS}: longer work is ordered again`;

export const maintenanceRequestSchema = z.discriminatedUnion("action", [
  z.strictObject({
    action: z.literal("begin"),
    for: z
      .int(WRONG_LENGTH)
      .min(1, WRONG_LENGTH)
      .max(LONGEST_SECONDS, WRONG_LENGTH)
      .describe("Seconds from now. It takes the place of what is under way at the source."),
    reason: reasonSchema,
  }),
  z.strictObject({ action: z.literal("end"), reason: reasonSchema }),
]);

export type MaintenanceRequest = z.infer<typeof maintenanceRequestSchema>;

export const maintenanceSchema = z.object({
  source: z.string(),
  since: timeSchema,
  until: timeSchema.describe("When it ends by itself."),
  by: z.string(),
  reason: z.string(),
});

export type MaintenanceBody = z.infer<typeof maintenanceSchema>;

export const maintenanceListSchema = z.object({
  sources: z.array(z.string()).describe("Names of the sources that there are."),
  maintenance: z.array(maintenanceSchema).describe("Under way now, the oldest first."),
});

export const maintenanceOrderedSchema = z.object({
  source: z.string(),
  maintenance: maintenanceSchema.nullable().describe("Null: none is under way any more."),
  gates: z.array(z.string()).describe("The gates that read the source, which are evaluated at once."),
});

export function maintenanceBody({ source, since, until, by, reason }: Maintenance): MaintenanceBody {
  return { source, since: isoTime(since), until: isoTime(until), by, reason };
}
