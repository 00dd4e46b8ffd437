import type { ActiveAlert, AlertRule, AlertRules } from "../domain/alert.ts";
import type { AlertGuard } from "../domain/gate.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { Labels } from "../domain/matcher.ts";
import type { Metrics } from "../control/ports.ts";
import { matches } from "../matchers/matchers.ts";
import type { Series, Span } from "../trial/ports.ts";
import { selectorOf } from "../trial/try-alert.ts";
import type { NotRead, PastReader } from "./read-past.ts";

/** More are left out: a rule that reads that many series is seen by the first of them. */
const MOST_SELECTORS = 8;

/** The rules behind one guard as they stand now, with the alerts that were active at each look of the period. */
export type PastAlerts = {
  at(instant: Instant): AlertRules;
  /** The first look with a sample of what its rules read, or with an alert; null: there was none. */
  readonly begins: Instant | null;
  /** Rules of which no alert is kept, though their conditions would have made them fire this many times. */
  readonly unkept: readonly UnkeptRule[];
};

export type UnkeptRule = { readonly rule: string; readonly times: number };

/**
 * Prometheus keeps a series `ALERTS` of every pending and firing alert, and no past of the rules: they are taken for what they
 * are now, and for evaluated at every look. Where what a rule reads was not there, it could not have fired.
 */
export async function readPastAlerts(
  guard: AlertGuard,
  span: Span,
  { reader, metrics }: { readonly reader: PastReader; readonly metrics: Pick<Metrics, "alertRules"> },
): Promise<PastAlerts | NotRead> {
  const { source } = guard;
  const rules = await metrics.alertRules(source, guard.matchers, span.to);
  if (rules.kind === "unknown") return { source, query: `the rules of ${guard.match}`, why: rules };
  const active = createActivity(span);
  const query = `ALERTS${selectorOf(guard.matchers)}`;
  const lost = await reader.read({ source, query }, span, (_portion, series) => {
    if ("kind" in series) return;
    for (const each of series) if (matches(guard.matchers, each.labels)) active.add(each);
  });
  if (lost !== null) return lost;
  const seen = new Map<string, Uint8Array>();
  for (const selector of selectorsOf(rules.rules)) {
    const looks = await looksWith(selector, source, span, reader);
    if ("why" in looks) return looks;
    seen.set(selector, looks);
  }
  const unkept: UnkeptRule[] = [];
  for (const rule of rules.rules.slice(0, MOST_SELECTORS)) {
    const times = active.isKept(rule.name) ? 0 : await timesTrue(rule, guard, span, reader);
    if (times > 0) unkept.push({ rule: rule.name, times });
  }
  const firsts = [...seen.values()].flatMap((looks) => {
    const first = looks.indexOf(1);
    return first === -1 ? [] : [span.from + first * span.stepMs];
  });
  return {
    begins: earliest([...firsts, ...active.begins()]),
    unkept,
    at: (instant) => ({
      kind: "known",
      rules: rules.rules.map((rule) =>
        ruleAt(rule, instant, active.of(rule.name, instant), (selector) => {
          const look = Math.round((instant - span.from) / span.stepMs);
          return (seen.get(selector)?.[look] ?? 1) === 1;
        }),
      ),
    }),
  };
}

function selectorsOf(rules: readonly AlertRule[]): readonly string[] {
  const all = rules.flatMap(({ freshness }) => (freshness.kind === "known" ? freshness.selectors : []));
  return [...new Set(all.map(({ selector }) => selector))].slice(0, MOST_SELECTORS);
}

async function looksWith(
  selector: string,
  source: string,
  span: Span,
  reader: PastReader,
): Promise<Uint8Array | NotRead> {
  const looks = new Uint8Array(Math.floor((span.to - span.from) / span.stepMs) + 1);
  const lost = await reader.read({ source, query: `count(${selector})` }, span, (_portion, series) => {
    if ("kind" in series) return;
    for (const { points } of series) {
      for (const { at } of points) looks[Math.round((at - span.from) / span.stepMs)] = 1;
    }
  });
  return lost ?? looks;
}

function earliest(instants: readonly Instant[]): Instant | null {
  return instants.length === 0 ? null : Math.min(...instants);
}

/** How often its condition held for as long as the rule's `for` asks. What the source does not tell counts as never. */
async function timesTrue(
  rule: AlertRule,
  { source, matchers }: AlertGuard,
  span: Span,
  reader: PastReader,
): Promise<number> {
  const conditions = createActivity(span);
  await reader.read({ source, query: rule.query }, span, (_portion, series) => {
    if ("kind" in series) return;
    for (const { labels, points } of series) {
      const own = { ...labels, ...rule.labels, alertname: rule.name };
      if (matches(matchers, own)) conditions.add({ labels: own, points });
    }
  });
  return conditions.times(Math.max(rule.forMs, span.stepMs));
}

function ruleAt(
  rule: AlertRule,
  at: Instant,
  active: readonly ActiveAlert[],
  isThere: (selector: string) => boolean,
): AlertRule {
  const { freshness } = rule;
  if (freshness.kind === "unknown")
    return { ...rule, health: "ok", lastError: null, lastEvaluation: at, active };
  const selectors = freshness.selectors.map((each) => ({
    ...each,
    newest: isThere(each.selector) ? at : null,
  }));
  return {
    ...rule,
    health: "ok",
    lastError: null,
    lastEvaluation: at,
    active,
    freshness: { kind: "known", selectors },
  };
}

type Stretch = { from: Instant; to: Instant; state: ActiveAlert["state"] };
type Tracked = { readonly name: string; readonly labels: Labels; readonly stretches: Stretch[] };

/** When each alert was active, in stretches of one state each. */
function createActivity({ stepMs }: Span) {
  const alerts = new Map<string, Tracked>();

  function add({ labels: all, points }: Series): void {
    const { __name__: _name, alertstate, ...labels } = all;
    const state = alertstate === "pending" ? "pending" : "firing";
    const key = JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const tracked = alerts.get(key) ?? { name: labels["alertname"] ?? "", labels, stretches: [] };
    alerts.set(key, tracked);
    for (const { at } of points) {
      const last = tracked.stretches.findLast((each) => each.state === state);
      if (last !== undefined && at - last.to <= stepMs) last.to = Math.max(last.to, at);
      else tracked.stretches.push({ from: at, to: at, state });
    }
  }

  /** An alert goes from pending to firing without a break: its condition began to hold with the first of both. */
  function beganAt({ stretches }: Tracked, at: Instant): Instant {
    let began = at;
    for (const { from, to } of stretches.toSorted((a, b) => b.from - a.from)) {
      if (from <= began && to >= began - stepMs) began = from;
    }
    return began;
  }

  return {
    add,
    isKept: (rule: string): boolean => [...alerts.values()].some(({ name }) => name === rule),
    begins: (): readonly Instant[] =>
      [...alerts.values()].flatMap(({ stretches }) => stretches.map(({ from }) => from)),
    /** Stretches of at least this length. */
    times: (lengthMs: Millis): number =>
      [...alerts.values()]
        .flatMap(({ stretches }) => stretches)
        .filter(({ from, to }) => to - from >= lengthMs).length,
    of(rule: string, at: Instant): readonly ActiveAlert[] {
      const found: ActiveAlert[] = [];
      for (const tracked of alerts.values()) {
        if (tracked.name !== rule) continue;
        const now = tracked.stretches.filter(({ from, to }) => from <= at && at <= to);
        if (now.length === 0) continue;
        const state = now.some((each) => each.state === "firing") ? "firing" : "pending";
        found.push({ labels: tracked.labels, state, activeAt: beganAt(tracked, at) });
      }
      return found;
    },
  };
}
