import type { Draw } from "../draw.ts";
import {
  type Instant,
  type Metrics,
  type Outbound,
  type OutboundReply,
  type OutboundRequest,
  createPrometheusClient,
} from "../engine.ts";
import type { Journal } from "../journal.ts";
import type { Clocks } from "./clocks.ts";
import { spellOf } from "./intervals.ts";
import type { SimulatedPrometheus } from "./prometheus.ts";
import { questionOf } from "./prometheus-questions.ts";
import {
  IN_THE_DARK,
  type Response,
  type Row,
  cutOff,
  matrix,
  page,
  refusal,
  respond,
  success,
  twice,
  vector,
} from "./prometheus-replies.ts";
import { createRules } from "./prometheus-rules.ts";
import { type Loss, type Series, TARGETS, createSeries } from "./prometheus-series.ts";

export type ApiParts = {
  readonly clocks: Clocks;
  /** What there is to tell. */
  readonly prometheus: SimulatedPrometheus;
  readonly gates: readonly string[];
  readonly draw: Draw;
};

/** The real client of the scripted Prometheus, anew for each process, with a wire in memory between the two. */
export function wiredMetrics(parts: ApiParts, journal: Journal): () => Metrics {
  const api = createPrometheusApi(parts);
  return () =>
    createPrometheusClient({
      sources: { main: { url: "http://prometheus:9090" } },
      clock: parts.clocks.own,
      observe: ({ outcome }) => journal.count(`prometheus answers ${outcome}`),
      connect: () => api,
    });
}

/** Its HTTP API: the other end of every client. */
function createPrometheusApi({ clocks, prometheus, gates, draw }: ApiParts): Outbound {
  const series = createSeries(clocks, prometheus, gates);
  const rules = createRules(prometheus, gates, draw);
  /** Some that speak this API answer with rules of every kind, whatever was asked for. */
  const heedsType = draw.chance(0.5);

  function answer({ method, path, form = {}, query = {} }: OutboundRequest): Response {
    switch (`${method} ${path}`) {
      case "POST /api/v1/query":
        return evaluate(String(form["query"]), Math.round(Number(form["time"]) * 1_000));
      case "GET /api/v1/rules":
        return success({ groups: rules(clocks.peers.now(), heedsType ? String(query["type"]) : null) });
      case "GET /api/v1/targets":
        return success({ activeTargets: TARGETS, droppedTargets: [] });
      default:
        return respond(404, "404 page not found");
    }
  }

  function evaluate(text: string, at: Instant): Response {
    const question = questionOf(text);
    if (question === null) return refusal(400, "bad_data", `1:1: parse error: unexpected ${text}`);
    const known = series(question.name, at).filter(({ labels }) => question.holds(labels));
    if (question.kind === "present") return vector(at, counted(known));
    const found = known.filter(({ isGone }) => !isGone);
    return question.kind === "values" ? values(found, at) : vector(at, summedUp(question.kind, found));
  }

  async function request(asked: OutboundRequest): Promise<OutboundReply> {
    const patience = clocks.peers.now() + (asked.deadlineMs ?? 0);
    await onItsWay();
    const since = prometheus.darkSince();
    const reply = since === null ? answer(asked) : inTheDark(since, answer(asked));
    const date = new Date(clocks.peers.now()).toUTCString();
    await onItsWay();
    if (reply !== null)
      return reply.kind === "failed" ? reply : { ...reply, headers: { ...reply.headers, date } };
    clocks.advanceTo(patience);
    return { kind: "failed", reason: "timeout", detail: "no complete answer" };
  }

  async function onItsWay(): Promise<void> {
    clocks.advance(draw.pick([0, 0, 0, 1, 4]));
    for (let turns = draw.int(0, 2); turns > 0; turns -= 1) await Promise.resolve();
  }

  return { request, redact: (text) => text, close: () => Promise.resolve() };
}

/** Nothing answers in more than one way, another for each darkness. Null: not even that. */
function inTheDark(since: Instant, answer: Response): OutboundReply | null {
  const way = IN_THE_DARK[spellOf(since) % IN_THE_DARK.length] ?? IN_THE_DARK[0];
  return way(answer);
}

/** Without any there is no number either. */
function counted(series: readonly Series[]): readonly Row[] {
  return series.length === 0 ? [] : [[{}, String(series.length)]];
}

function summedUp(kind: "newest" | "jobs", found: readonly Series[]): readonly Row[] {
  if (found.length === 0) return [];
  if (kind === "newest") return [[{}, String(Math.max(...found.map(({ newest }) => newest)) / 1_000)]];
  const jobs = new Set(found.map(({ labels }) => labels["job"]));
  return [...jobs].map((job) => [job === undefined ? {} : { job }, "1"]);
}

function values(found: readonly Series[], at: Instant): Response {
  const rows = found.map(({ labels, value }) => [labels, value] as const);
  const lost = found.find((each) => each.lost !== null)?.lost ?? null;
  return lost === null ? vector(at, rows, { infos: INFOS }) : lossy(lost, at, rows);
}

const INFOS = ["PromQL info: metric might not be a counter"];

function lossy(loss: Loss, at: Instant, rows: readonly Row[]): Response {
  switch (loss) {
    case "warned":
      return vector(at, rows, { warnings: ["remote read: connection refused"] });
    case "refused":
      return refusal(422, "execution", "query processing would load too many samples into memory");
    case "cut off":
      return cutOff(vector(at, rows));
    case "twice":
      return twice(vector(at, rows));
    case "about another time":
      return vector(at - 60_000, rows);
    case "a page":
      return page(200);
    case "of another kind":
      return matrix(at, rows);
  }
}
