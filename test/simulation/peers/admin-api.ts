import { z } from "zod";
import type { FakeFlags, RowPatch } from "../../support/fake-flags.ts";
import { aFlagTarget } from "../../support/builders.ts";
import {
  type FlagEvent,
  type FlagTarget,
  type Outbound,
  type StrategySeen,
  canonicalJson,
} from "../engine.ts";
import type { FlagRequest } from "../oracle/evidence.ts";

type Request = Parameters<Outbound["request"]>[0];
type Reply = Awaited<ReturnType<Outbound["request"]>>;

/** What arrives at the server about a flag, as its access log has it. */
export type Arrived = Pick<FlagRequest, "flag" | "kind"> &
  Partial<Pick<FlagRequest, "strategy" | "to" | "title" | "expecting">>;

const SILENCE: Reply = { kind: "failed", reason: "timeout", detail: "no complete answer" };

/**
 * The admin API over HTTP, as far as the adapter uses it, in front of the same server that answers the port: its faults are
 * those of the server, its bodies those that Unleash sends.
 */
export function createAdminApi(server: FakeFlags, arrived: (request: Arrived) => void): Outbound {
  const routes: readonly (readonly [string, RegExp, Handler])[] = [
    ["GET", /^\/api\/admin\/projects\/([^/]+)\/features\/([^/]+)$/, flagAnswer],
    [
      "PATCH",
      /^\/api\/admin\/projects\/([^/]+)\/features\/([^/]+)\/environments\/([^/]+)\/strategies\/([^/]+)$/,
      patched,
    ],
    ["POST", /^\/api\/admin\/projects\/([^/]+)\/features\/([^/]+)\/environments\/([^/]+)\/off$/, switchedOff],
    ["GET", /^\/api\/admin\/segments\/(\d+)$/, segmentAnswer],
    ["GET", /^\/api\/admin\/segments$/, segmentsAnswer],
    ["GET", /^\/api\/admin\/search\/events$/, eventsAnswer],
    [
      "GET",
      /^\/api\/admin\/user$/,
      async () => body({ user: { id: await server.flags.ownUserId("main") }, permissions: [] }),
    ],
  ];

  async function flagAnswer([project = "", name = ""]: readonly string[]): Promise<Reply> {
    arrived({ flag: name, kind: "read" });
    const known = server.environmentsOf(name);
    const seen = await Promise.all(
      known.map((environment) => server.flags.observe(placeOf(project, name, environment))),
    );
    const found = seen.flatMap((each) => (each.kind === "seen" ? [each] : []));
    const [first] = found;
    if (first === undefined) return notFound(`Could not find feature ${name}`);
    if (first.project !== project) {
      const there = `but there's a feature with that name in project "${first.project}"`;
      return notFound(`Could not find feature with name ${name} in project ${project}, ${there}`);
    }
    const environments = found.map(({ environmentEnabled, strategies }, index) => ({
      name: known[index],
      enabled: environmentEnabled,
      strategies: strategies.map(strategyBody),
    }));
    return body({ name, project, archived: first.archived, environments });
  }

  async function patched(parts: readonly string[], request: Request): Promise<Reply> {
    const [project = "", name = "", environment = "", strategy = ""] = parts;
    const operations = operationsIn(request.body ?? "");
    if (operations === null) return problem(400, "Request validation failed");
    const row = rowPatchOf(operations);
    const { rollout, title } = row.fields;
    const expecting = testedBy(operations);
    arrived({
      flag: name,
      kind: "percent",
      strategy,
      to: Number(rollout),
      title: title ?? "",
      expecting,
    });
    return written(await server.patch(placeOf(project, name, environment), strategy, row));
  }

  async function switchedOff([project = "", name = "", environment = ""]: readonly string[]): Promise<Reply> {
    arrived({ flag: name, kind: "off" });
    return written(await server.flags.switchOff(placeOf(project, name, environment)));
  }

  async function segmentsAnswer(): Promise<Reply> {
    return body({ segments: server.faults.segments.map(([name, id]) => ({ id, name, project: null })) });
  }

  async function eventsAnswer(_: readonly string[], { query = {} }: Request): Promise<Reply> {
    const name = String(query["feature"]).replace("IS:", "");
    const log = await server.flags.events(aFlagTarget({ name }), 0);
    if (log === null) return problem(500, "Something went wrong");
    const [limit, offset] = [Number(query["limit"]), Number(query["offset"])];
    const page = log.toReversed().slice(offset, offset + limit);
    return body({ events: page.map(eventBody), total: log.length });
  }

  return {
    async request(request) {
      for (const [method, path, answer] of routes) {
        const parts = method === request.method ? path.exec(request.path) : null;
        if (parts === null) continue;
        // What was sent arrives in the log of requests, be there an answer or not.
        const reply = await answer(parts.slice(1).map(decodeURIComponent), request);
        return server.faults.down ? SILENCE : reply;
      }
      return notFound("The path you were looking for is not there");
    },
    redact: (text) => text,
    close: () => Promise.resolve(),
  };
}

/** Whatever segment a strategy names is there, and holds nothing. */
async function segmentAnswer([id = ""]: readonly string[]): Promise<Reply> {
  return body({ id: Number(id), constraints: [] });
}

type Handler = (parts: readonly string[], request: Request) => Promise<Reply>;

function placeOf(project: string, name: string, environment: string): FlagTarget {
  return aFlagTarget({ project, name, environment });
}

function body(value: unknown, status = 200): Reply {
  return { kind: "response", status, headers: {}, text: JSON.stringify(value) };
}

function problem(status: number, message: string, name = "Problem"): Reply {
  return body({ id: "0", name, message, details: [{ message }] }, status);
}

function notFound(message: string): Reply {
  return problem(404, message, "NotFoundError");
}

/** A failed `test` is answered with 500, as any other failure would be. */
function written(outcome: Awaited<ReturnType<FakeFlags["patch"]>>): Reply {
  if (outcome.kind === "accepted") return body({});
  if (outcome.kind === "refused") return problem(outcome.status, outcome.detail.split(": ")[1] ?? "");
  return outcome.detail.includes("500") ? problem(500, "Test operation failed") : SILENCE;
}

const operation = z.object({
  op: z.enum(["test", "replace", "add"]),
  path: z.enum(["/title", "/parameters/rollout", "/parameters/groupId", "/segments", "/constraints"]),
  value: z.unknown(),
});

type Operation = z.infer<typeof operation>;

function operationsIn(text: string): readonly Operation[] | null {
  return z.array(operation).safeParse(JSON.parse(text)).data ?? null;
}

const FIELDS = {
  "/title": "title",
  "/parameters/rollout": "rollout",
  "/parameters/groupId": "groupId",
  "/segments": "segments",
  "/constraints": "constraints",
} as const satisfies Readonly<Record<Operation["path"], keyof StrategySeen>>;

/** A value as an observation has it. Unleash keeps the title when it is told null. */
function textOf({ path, value }: Operation): string | null {
  if (path === "/segments") return canonicalJson(idsIn(value).map((id) => ({ id, constraints: [] })));
  if (path === "/constraints") return canonicalJson(value);
  return z.string().nullable().parse(value);
}

function idsIn(value: unknown): readonly number[] {
  return z
    .array(z.number())
    .parse(value)
    .toSorted((a, b) => a - b);
}

function rowPatchOf(operations: readonly Operation[]): RowPatch {
  const changes = operations.filter(
    ({ op, path, value }) => op !== "test" && !(path === "/title" && value === null),
  );
  return {
    isExpected: (row) =>
      operations.every((each) => each.op !== "test" || row[FIELDS[each.path]] === textOf(each)),
    fields: Object.fromEntries(changes.map((each) => [FIELDS[each.path], textOf(each)])),
  };
}

/** What it asks to find, where it asks for both that a raise must ask for. */
function testedBy(operations: readonly Operation[]): FlagRequest["expecting"] {
  const tests = operations.filter(({ op }) => op === "test");
  const title = tests.find(({ path }) => path === "/title");
  const rollout = tests.find(({ path }) => path === "/parameters/rollout");
  if (title === undefined || rollout === undefined) return null;
  return { title: textOf(title), rollout: Number(rollout.value) };
}

function strategyBody(row: StrategySeen) {
  const { id, kind, title, disabled, rollout, groupId, stickiness, milestoneId } = row;
  const parameters = { rollout, groupId, stickiness };
  return {
    id,
    name: kind,
    title,
    disabled,
    parameters: Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null)),
    constraints: JSON.parse(row.constraints),
    segments: segmentIdsIn(row.segments),
    variants: JSON.parse(row.variants),
    milestoneId,
  };
}

function segmentIdsIn(text: string): readonly number[] {
  return z
    .array(z.object({ id: z.number() }))
    .parse(JSON.parse(text))
    .map(({ id }) => id);
}

/** Before and after as the log has them: the strategy is named in what there is of it. */
function eventBody(event: FlagEvent) {
  const {
    id,
    type,
    at,
    by,
    byUserId,
    environment,
    strategyId,
    rolloutBefore,
    rolloutAfter,
    titleAfter,
    reachAfter,
  } = event;
  const isGone = type === "feature-strategy-remove";
  const reach =
    reachAfter === undefined
      ? {}
      : { constraints: JSON.parse(reachAfter.constraints), segments: reachAfter.segments };
  const after = { id: strategyId, title: titleAfter, parameters: { rollout: rolloutAfter }, ...reach };
  return {
    id,
    type,
    createdAt: new Date(at).toISOString(),
    createdBy: by,
    createdByUserId: byUserId,
    environment,
    data: strategyId === null || isGone ? null : after,
    preData:
      rolloutBefore === null && !isGone ? null : { id: strategyId, parameters: { rollout: rolloutBefore } },
  };
}
