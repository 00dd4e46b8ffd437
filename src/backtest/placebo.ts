import type { Passed } from "../control/pass.ts";
import type { Metrics } from "../control/ports.ts";
import type { Definition, Gate } from "../domain/gate.ts";
import { HOUR, type Instant, type Millis, formatMillis } from "../domain/instant.ts";
import { standingOf } from "../domain/transition.ts";
import { createFlagStand } from "../rehearsal/flag-stand.ts";
import { createMemoryRecords } from "../rehearsal/memory-records.ts";
import { open } from "../rehearsal/opening.ts";
import { createPassing } from "../rehearsal/passing.ts";
import { NO_ALERTMANAGER } from "../rehearsal/silenced.ts";
import { createVirtualClock } from "../rehearsal/virtual-clock.ts";
import type { Span } from "../trial/ports.ts";
import { maintenanceOf } from "./known-spans.ts";
import { isOfCohorts, placeboGate, shortestRamp } from "./placebo-gate.ts";
import type { KnownSpan, Placebo, Placebos } from "./report.ts";
import { knownAt } from "./stops.ts";

/** No divisor of a day or a week, so that starts come to lie at every hour of either. */
const SPACING: Millis = 7 * HOUR;
/** Passes that all ramps of a run may take together, about; where that is not enough they start less often. */
const MOST_PASSES = 60_000;

export type PlaceboPorts = {
  readonly metrics: Metrics;
  /** Told before each ramp. */
  readonly progress: (done: number, of: number) => Promise<void>;
};

/** Ramps as if started at regular times of the span, each played by the engine of the service on a clock of its own. */
export async function playPlacebos(
  original: Gate,
  hash: string,
  span: Span,
  known: readonly KnownSpan[],
  { metrics, progress }: PlaceboPorts,
): Promise<Placebos> {
  const gate = placeboGate(original, span.stepMs);
  const shortestMs = shortestRamp(gate);
  const spacingMs = spacingOf(span, shortestMs);
  const without = original.signals.filter(isOfCohorts).map(({ name }) => name);
  const shape = { spacingMs, shortestMs, without };
  const none = whyNone(gate, span, shortestMs);
  if (none !== null) return { ...shape, ramps: [], none };
  const definition: Definition = { gate, hash, author: { kind: "known", people: [] } };
  const starts = startsIn(span, spacingMs, shortestMs);
  const ramps: Placebo[] = [];
  for (const [index, startedAt] of starts.entries()) {
    await progress(index, starts.length);
    ramps.push(await playOne(definition, startedAt, span, known, metrics));
  }
  return { ...shape, ramps, none: null };
}

function whyNone(gate: Gate, { from, to }: Span, shortestMs: Millis): string | null {
  if (gate.flag === null || gate.steps.length === 0) return "the gate drives no flag";
  if (gate.signals.length === 0) return "without the signals of cohorts nothing could let a ramp rise";
  if (shortestMs <= to - from) return null;
  return `its holds and bake take ${formatMillis(shortestMs)}, longer than the period: ask for more with --last`;
}

function spacingOf({ from, to, stepMs }: Span, shortestMs: Millis): Millis {
  const passes = ((to - from) / SPACING) * (shortestMs / stepMs);
  return SPACING * Math.max(1, Math.ceil(passes / MOST_PASSES));
}

/** Every start from which a ramp can come to its end within the span. */
function startsIn({ from, to, stepMs }: Span, spacingMs: Millis, shortestMs: Millis): readonly Instant[] {
  const between = Math.max(stepMs, Math.round(spacingMs / stepMs) * stepMs);
  const count = Math.floor((to - shortestMs - from) / between) + 1;
  return Array.from({ length: count }, (_, index) => from + index * between);
}

async function playOne(
  definition: Definition,
  startedAt: Instant,
  span: Span,
  known: readonly KnownSpan[],
  metrics: Metrics,
): Promise<Placebo> {
  const { gate } = definition;
  if (gate.flag === null) throw new Error(`${gate.name} drives no flag`);
  const clock = createVirtualClock(startedAt);
  const maintenance = maintenanceOf(gate, known);
  const records = {
    ...createMemoryRecords(),
    maintenance: (endsAfter: Instant) =>
      Promise.resolve(maintenance.filter(({ until }) => until > endsAfter)),
  };
  const stand = createFlagStand(gate, gate.flag, { percent: 0, audience: null }, clock);
  const passing = createPassing({
    definition,
    people: {},
    metrics,
    silencers: NO_ALERTMANAGER,
    clock,
    records,
    stand,
  });
  const start = { at: startedAt, mode: "act", step: 0, heldMs: 0 } as const;
  const refused = await open(start, { conductor: passing.conductor, records, definition, stand });
  if (refused !== null) throw new Error(`a ramp of ${gate.name} cannot be started: ${refused}`);
  let halted: Placebo | null = null;
  let stood = 0;
  for (let at = startedAt; at <= span.to; at += span.stepMs) {
    await passing.until(at);
    const passed = passing.last();
    const ended = endOf(gate, passed, stood);
    stood = stepOf(passed) ?? stood;
    const seen =
      ended === null ? null : { startedAt, endedAt: at, ...ended, known: knownOf(ended, known, at) };
    if (seen !== null && seen.outcome !== "halted") return seen;
    halted ??= seen;
    // What halts may get worse and roll back. Once it is over, it is for a person to go on.
    if (halted !== null && passed?.decision.verdict !== "halt") return halted;
  }
  return halted ?? { startedAt, endedAt: span.to, ...standing(passing.last(), "unfinished"), known: null };
}

type End = Pick<Placebo, "outcome" | "step" | "why">;

/** `stood`: the step of the pass before, for a ramp that was rolled back stands at none. */
function endOf({ steps }: Gate, passed: Passed | null, stood: number): End | null {
  if (passed === null) return null;
  switch (passed.record.ramp.state) {
    case "halted":
      return standing(passed, "halted");
    case "rolling-back":
    case "draining":
    case "rolled-back":
      return { ...standing(passed, "rolled-back"), step: stood };
    case "finished":
      return { outcome: "finished", step: steps.length, why: null };
    case "idle":
    case "proving":
    case "baking":
    case "paused":
      return null;
  }
}

function stepOf(passed: Passed | null): number | null {
  return passed === null ? null : (standingOf(passed.record.ramp)?.step ?? null);
}

function standing(passed: Passed | null, outcome: Placebo["outcome"]): End {
  if (passed === null) return { outcome, step: 0, why: null };
  const step = Math.max(passed.decision.step, stepOf(passed) ?? 0);
  return { outcome, step, why: whyOf(passed) };
}

/** What a signal or guard said that is as bad as the gate's verdict: others may only be waiting beside it. */
function whyOf({ record, decision }: Passed): string | null {
  const { verdict, signals, alerts } = decision;
  const said = [
    ...signals.map((each) => ({ ...each, by: each.signal })),
    ...alerts.map((each) => ({ ...each, by: each.guard })),
  ];
  const worst = verdict === "good" ? undefined : said.find((each) => each.verdict === verdict);
  if (worst !== undefined) return `${worst.by}: ${worst.message}`;
  return [...decision.because, ...record.because][0]?.message ?? null;
}

function knownOf({ outcome }: End, known: readonly KnownSpan[], at: Instant): string | null {
  return outcome === "finished" ? null : knownAt(known, at);
}
