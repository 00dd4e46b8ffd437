import { z } from "zod";
import type { Decision } from "../domain/decision.ts";
import type { Replayed } from "../domain/replay.ts";

const jsonText = z.string().nullable().describe("The value as JSON; null where there is none.");

/** A decision made again from what it was made from. */
export const replaySchema = z.object({
  decision: z.string(),
  gate: z.string(),
  passes: z
    .number()
    .int()
    .describe("How many equal passes the decision stands for; the first is made again."),
  engine: z.object({ recorded: z.string(), running: z.string() }).describe("Versions of Rampart."),
  same: z.boolean(),
  differences: z.array(z.object({ path: z.string(), recorded: jsonText, replayed: jsonText })),
});

export type ReplayBody = z.infer<typeof replaySchema>;

type Made = Replayed & { readonly decision: Decision; readonly engine: ReplayBody["engine"] };

export function replayBody({ decision, engine, same, differences }: Made): ReplayBody {
  return {
    decision: decision.id,
    gate: decision.gate,
    passes: decision.count,
    engine: { ...engine },
    same,
    differences: differences.map(({ path, recorded, replayed }) => ({
      path,
      recorded: jsonOf(recorded),
      replayed: jsonOf(replayed),
    })),
  };
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
