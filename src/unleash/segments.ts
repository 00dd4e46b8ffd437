import { z } from "zod";
import type { Outbound } from "../lib/outbound.ts";
import { readAdmin } from "./admin-answer.ts";

/** `GET /api/admin/segments`; any reader may ask. A name stands for one segment. */
const segmentsBody = z.object({
  segments: z.array(z.object({ id: z.number().int(), name: z.string(), project: z.string().nullish() })),
});

/** Segments that strategies of the project may use, by name: those of no project, and its own. Null: they cannot be read. */
export async function readSegmentIds(
  outbound: Outbound,
  project: string,
): Promise<ReadonlyMap<string, number> | null> {
  const answer = await readAdmin(outbound, "/api/admin/segments", segmentsBody);
  if (answer.kind !== "body") return null;
  const usable = answer.value.segments.filter((segment) => (segment.project ?? project) === project);
  return new Map(usable.map(({ id, name }) => [name, id]));
}
