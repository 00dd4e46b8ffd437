import { z } from "zod";
import type { FlagEvent } from "../domain/flag.ts";
import type { Outbound } from "../lib/outbound.ts";
import { readAdmin } from "./admin-answer.ts";
import { canonicalConstraints, constraintSchema } from "./audience.ts";

const PAGE = 100;
const NEWEST_FEW = 20;
/** Nobody changes a flag this often between two passes; more is an answer that makes no sense. */
const MOST_PAGES = 20;

const strategyState = z.object({
  id: z.string().nullish(),
  title: z.string().nullish(),
  parameters: z.object({ rollout: z.string().nullish() }).nullish(),
  constraints: z.array(constraintSchema).nullish().catch(null),
  segments: z.array(z.number()).nullish().catch(null),
});

const eventBody = z.object({
  id: z.number().int(),
  type: z.string(),
  createdAt: z.iso.datetime({ offset: true }),
  createdBy: z.string(),
  createdByUserId: z.number().int().nullish(),
  environment: z.string().nullish(),
  data: z.unknown(),
  preData: z.unknown(),
});

const searchBody = z.object({ events: z.array(eventBody), total: z.number().int() });

/** Events about the flag above `after`, oldest first; null when the log cannot be read to that point. */
export async function readEvents(
  outbound: Outbound,
  flag: string,
  after: number | null,
): Promise<readonly FlagEvent[] | null> {
  const found = new Map<number, FlagEvent>();
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const limit = after === null ? NEWEST_FEW : PAGE;
    const offset = page * limit;
    const answer = await readAdmin(outbound, "/api/admin/search/events", searchBody, {
      feature: `IS:${flag}`,
      limit: String(limit),
      offset: String(offset),
    });
    if (answer.kind !== "body") return null;
    const { events, total } = answer.value;
    // Unleash swallows a failing query of its own and answers with no events, but has counted them before.
    if (events.length === 0 && total > offset) return null;
    for (const event of events) {
      if (after === null || event.id > after) found.set(event.id, flagEvent(event));
    }
    const oldest = events.at(-1);
    const isEnough = after === null || oldest === undefined || oldest.id <= after || events.length < limit;
    if (isEnough) return [...found.values()].toSorted((a, b) => a.id - b.id);
  }
  return null;
}

function flagEvent(event: z.infer<typeof eventBody>): FlagEvent {
  const aboutStrategy = event.type.startsWith("feature-strategy-");
  const after = aboutStrategy ? stateOf(event.data) : null;
  const before = aboutStrategy ? stateOf(event.preData) : null;
  return {
    id: event.id,
    type: event.type,
    at: Date.parse(event.createdAt),
    by: event.createdBy,
    byUserId: event.createdByUserId ?? null,
    environment: event.environment ?? null,
    strategyId: after?.id ?? before?.id ?? null,
    rolloutBefore: before?.parameters?.rollout ?? null,
    rolloutAfter: after?.parameters?.rollout ?? null,
    titleAfter: after?.title ?? null,
    ...reachAfter(after),
  };
}

function reachAfter(state: z.infer<typeof strategyState> | null): Pick<FlagEvent, "reachAfter"> {
  const { constraints = null, segments = null } = state ?? {};
  if (constraints === null || segments === null) return {};
  return {
    reachAfter: {
      constraints: canonicalConstraints(constraints),
      segments: segments.toSorted((a, b) => a - b),
    },
  };
}

function stateOf(data: unknown): z.infer<typeof strategyState> | null {
  return strategyState.safeParse(data).data ?? null;
}
