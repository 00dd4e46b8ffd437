import { z } from "zod";
import type { GateView } from "../domain/view.ts";

export const definitionSchema = z.object({
  version: z.string().describe("Of Rampart, that wrote the definition as it stands here."),
  hash: z.string(),
  status: z
    .enum(["valid", "invalid", "gone", "changed"])
    .describe("Of the newest file, beside the definition in force."),
  gate: z
    .looseObject({ name: z.string() })
    .nullable()
    .describe(
      "The definition in force, everything resolved: of a run the one it began with or adopted. Its members are those of that version. Null: its file is gone, and nothing is pinned.",
    ),
});

export type DefinitionBody = z.infer<typeof definitionSchema>;

export function definitionBody({ gate, definition }: GateView, version: string): DefinitionBody {
  return {
    version,
    hash: definition.hash,
    status: definition.status,
    gate: gate === null ? null : { ...gate },
  };
}
