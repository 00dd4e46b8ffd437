import type { Gate, Prove, Signal } from "../../domain/gate.ts";
import { HOUR, type Millis } from "../../domain/instant.ts";
import { leastRatio, stillNeeded } from "../../domain/proof-evidence.ts";
import { provingSignal } from "../../domain/proof.ts";
import { formatValue } from "../../domain/value-text.ts";
import type { Estimate, PlannedProof, Traffic, Wait } from "./plan.ts";

export type ProofOfStep = { readonly proof: PlannedProof; readonly wait: Wait };

/** What the step has to exclude, and how long that takes at current traffic while nothing is bad. */
export function proofOf(
  gate: Gate,
  prove: Prove,
  traffic: Traffic,
  perHour: Estimate,
  scrapeIntervalMs: Millis,
): ProofOfStep {
  const signal = provingSignal(gate.signals);
  if (signal === null) return unproven(prove, { kind: "never", why: "no signal tells by what" });
  const base = baseOf(prove, traffic);
  if (base.kind === "unknown") return unproven(prove, base);
  const [noneBad, oneBad] = [0, 1].map((bad) => needed(bad, prove.ratio, base.value));
  const lateMs = signal.lagMs + LATE_SCRAPES * scrapeIntervalMs;
  const normal = normalBad(signal, prove, traffic);
  const waitFor = (outcomes: number | null | undefined): Wait =>
    normal === null ? waitOf(outcomes ?? null, perHour, lateMs) : { kind: "never", why: normal };
  return {
    proof: {
      text: prove.text,
      noneBad: noneBad ?? null,
      oneBad: oneBad ?? null,
      oneBadWait: waitFor(oneBad),
    },
    wait: waitFor(noneBad),
  };
}

/** As a pass counts: what is younger than this many scrapes is left for a later one. */
const LATE_SCRAPES = 2;

function unproven({ text }: Prove, wait: Exclude<Wait, { readonly kind: "known" }>): ProofOfStep {
  return { proof: { text, noneBad: null, oneBad: null, oneBadWait: wait }, wait };
}

/** An excess is proven against what the control has at least; a ratio stands for itself. */
function baseOf({ overControl }: Prove, traffic: Traffic): Estimate {
  if (overControl !== true) return { kind: "known", value: 0 };
  if (traffic.kind === "unknown") return { kind: "unknown", why: traffic.why };
  if (traffic.outcomes === null) return { kind: "unknown", why: "how bad the control is is not known" };
  return { kind: "known", value: leastRatio(traffic.outcomes) };
}

/** All outcomes that are needed, the bad ones among them. */
function needed(bad: number, excess: number, base: number): number | null {
  const more = stillNeeded({ bad, total: bad }, excess, base);
  return more === null ? null : more + bad;
}

/** Why it can never be excluded: it is what is normal without anybody exposed. */
function normalBad(signal: Signal, { ratio, overControl }: Prove, traffic: Traffic): string | null {
  const outcomes = traffic.kind === "known" ? traffic.outcomes : null;
  if (overControl === true || outcomes === null || outcomes.bad < signal.minBad) return null;
  const normal = outcomes.bad / outcomes.total;
  return normal >= ratio ? `${formatValue(signal, normal)} were bad in the last day without it` : null;
}

function waitOf(outcomes: number | null, perHour: Estimate, lateMs: Millis): Wait {
  if (outcomes === null) return { kind: "never", why: "it takes more outcomes than anybody waits for" };
  if (perHour.kind === "unknown") return perHour;
  if (perHour.value === 0) return { kind: "never", why: "there are no outcomes at current traffic" };
  return { kind: "known", ms: (outcomes / perHour.value) * HOUR + lateMs };
}
