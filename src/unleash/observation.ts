import type { FlagObservation } from "../domain/flag.ts";
import type { FlagTarget } from "../domain/gate.ts";
import type { Outbound } from "../lib/outbound.ts";
import { detailOf, readAdmin, type AdminAnswer } from "./admin-answer.ts";
import { flagPath, segmentPath } from "./admin-path.ts";
import type { Segment } from "./audience.ts";
import { flagBody, segmentBody, strategySeen, type StrategyBody } from "./flag-body.ts";

/** Reads the flag and what its segments contain. Strategies are those of the environment meant: ids work in any path. */
export async function observeFlag(outbound: Outbound, target: FlagTarget): Promise<FlagObservation> {
  const answer = await readFlag(outbound, target);
  if (answer.kind === "status" && isGone(answer)) return { kind: "absent", what: "flag" };
  if (answer.kind !== "body") return { kind: "unreadable", detail: detailOf(answer) };
  const flag = answer.value;
  if (flag.name !== target.name) return { kind: "unreadable", detail: "Unleash answered with another flag" };
  const environment = flag.environments.find(({ name }) => name === target.environment);
  if (environment === undefined) return { kind: "absent", what: "environment" };

  const segments = await readSegments(outbound, environment.strategies);
  if (segments.kind === "unreadable") return segments;
  return {
    kind: "seen",
    project: flag.project,
    archived: flag.archived,
    environmentEnabled: environment.enabled,
    strategies: environment.strategies.map((strategy) => strategySeen(strategy, segments.byId)),
  };
}

async function readFlag(
  outbound: Outbound,
  target: FlagTarget,
): Promise<AdminAnswer<ReturnType<typeof flagBody.parse>>> {
  const answer = await readAdmin(outbound, flagPath(target), flagBody);
  const moved = answer.kind === "status" ? movedTo(answer.problem.message) : null;
  return moved === null
    ? answer
    : readAdmin(outbound, flagPath({ project: moved, name: target.name }), flagBody);
}

/** A flag that was moved still serves, so it must not pass for one that is gone. */
function movedTo(message: string): string | null {
  return (
    /there's a feature with that name in project "(?<project>[^"]+)"/.exec(message)?.groups?.["project"] ??
    null
  );
}

/** A proxy's 404 and a path that this server does not know say nothing about the flag. */
function isGone(answer: {
  readonly status: number;
  readonly problem: { name: string; message: string };
}): boolean {
  const { name, message } = answer.problem;
  return (
    answer.status === 404 && name === "NotFoundError" && !message.startsWith("The path you were looking for")
  );
}

type Segments =
  | { readonly kind: "read"; readonly byId: ReadonlyMap<number, Segment> }
  | { readonly kind: "unreadable"; readonly detail: string };

async function readSegments(outbound: Outbound, strategies: readonly StrategyBody[]): Promise<Segments> {
  const ids = [...new Set(strategies.flatMap(({ segments }) => segments ?? []))];
  const byId = new Map<number, Segment>();
  const answers = await Promise.all(
    ids.map(async (id) => ({ id, answer: await readAdmin(outbound, segmentPath(id), segmentBody) })),
  );
  for (const { id, answer } of answers) {
    if (answer.kind !== "body") return { kind: "unreadable", detail: `segment ${id}: ${detailOf(answer)}` };
    if (answer.value.id !== id)
      return { kind: "unreadable", detail: `segment ${id}: Unleash answered with another` };
    byId.set(id, answer.value);
  }
  return { kind: "read", byId };
}
