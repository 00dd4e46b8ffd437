import { because } from "./because.ts";
import { isBlindStretch } from "./blind-window.ts";
import { hasCohorts } from "./comparison.ts";
import type { Gate, Prove, Signal } from "./gate.ts";
import { type Instant, formatMillis } from "./instant.ts";
import { ENOUGH, type Outcomes, evidenceAgainst, leastRatio, stillNeeded } from "./proof-evidence.ts";
import type { Unknown } from "./reading.ts";
import { isAtRest } from "./moves.ts";
import type { GateRecord, ProofCounted } from "./record.ts";
import { formatValue } from "./value-text.ts";
import type { Because } from "./verdict.ts";

/** What came to the outcomes of both cohorts since they were counted last. */
export type ProofRead =
  | {
      readonly kind: "known";
      /** Which counters these are of. */
      readonly of: string;
      readonly since: Instant;
      readonly from: Instant;
      readonly to: Instant;
      readonly candidate: Outcomes;
      readonly control: Outcomes;
    }
  /** For hours there was nothing to read, so what was counted until then says too little. */
  | { readonly kind: "lost"; readonly since: Instant; readonly at: Instant }
  | Unknown;

const NOTHING: Outcomes = { bad: 0, total: 0 };

/** The signal whose outcomes prove: the one that says so, else the only one with cohorts. */
export function provingSignal(signals: readonly Signal[]): Signal | null {
  const marked = signals.filter(({ proves }) => proves === true);
  const [only, ...others] = marked.length > 0 ? marked : signals.filter(hasCohorts);
  return only === undefined || others.length > 0 ? null : only;
}

const NOT_COUNTED: ProofCounted = {
  of: null,
  since: 0,
  from: 0,
  upTo: 0,
  candidate: NOTHING,
  control: NOTHING,
};

/** What the step asks to be excluded before the next one; null: nothing. */
export function proveAt(gate: Gate, step: number): Prove | null {
  return gate.steps[step - 1]?.prove ?? null;
}

/** The counters that a proof rests on; outcomes of others are never added to them. */
export function countersName({ source, measure }: Signal): string {
  return measure.kind === "counters"
    ? JSON.stringify([source, measure.bad, measure.total, measure.cohorts])
    : "";
}

/** From when outcomes prove something: since *set* was verified, of a flag that is only watched since its last change. */
export function provesSince({ ramp, exposure }: GateRecord): Instant | null {
  return isAtRest(ramp.state) ? (exposure.changedAt ?? 0) : exposure.setAt;
}

/** What has been counted of these counters for the present exposure; nothing yet where it is of another. */
export function proofSoFar(record: GateRecord, of: string): ProofCounted | null {
  const since = provesSince(record);
  const { proof } = record;
  if (since === null) return null;
  if (proof?.since === since && (proof.of === of || proof.of === null)) return { ...proof, of };
  return { of, since, from: since, upTo: since, candidate: NOTHING, control: NOTHING };
}

/**
 * The record with what was read added, exactly once: what does not follow on what is counted is left for the next pass.
 * Nothing is added of a stretch that a blind window of the signal touches.
 */
export function withProof(
  record: GateRecord,
  read: ProofRead | null,
  signal: Signal | null = null,
): GateRecord {
  if (read?.kind === "lost" && read.since === provesSince(record)) return restartProof(record, read.at);
  if (read?.kind !== "known") return record;
  const before = proofSoFar(record, read.of);
  // A flag that nobody has seen change is counted from the first pass that looks.
  const begins = before?.upTo === 0;
  if (before === null || before.since !== read.since || (before.upTo !== read.from && !begins)) return record;
  const isBlind = signal !== null && isBlindStretch(signal, read.from, read.to);
  const proof: ProofCounted = {
    ...before,
    from: begins ? read.from : before.from,
    upTo: read.to,
    candidate: sum(before.candidate, isBlind ? NOTHING : read.candidate),
    control: sum(before.control, isBlind ? NOTHING : read.control),
  };
  return { ...record, proof };
}

function sum(a: Outcomes, b: Outcomes): Outcomes {
  return { bad: a.bad + b.bad, total: a.total + b.total };
}

/** As `restartProof`, where anything has been counted at all. */
export function dropProof<R extends GateRecord>(record: R, at: Instant): R {
  return record.proof === undefined ? record : restartProof(record, at);
}

/** The record with its proof begun anew. */
export function restartProof<R extends GateRecord>(record: R, at: Instant): R {
  const since = provesSince(record);
  if (since === null) return record;
  return { ...record, proof: { of: null, since, from: at, upTo: at, candidate: NOTHING, control: NOTHING } };
}

/** Why the step's proof is not reached. */
export function proofBlockers(gate: Gate, record: GateRecord, step: number): readonly Because[] {
  const prove = proveAt(gate, step);
  const signal = provingSignal(gate.signals);
  if (prove === null) return [];
  if (signal === null) {
    return [because("proof", "unprovable", `${prove.text} cannot be excluded: no signal tells by what`)];
  }
  const proof = proofSoFar(record, countersName(signal)) ?? NOT_COUNTED;
  const { candidate, control } = proof;
  const base = prove.overControl === true ? leastRatio(control) : 0;
  const evidence = evidenceAgainst(candidate, prove.ratio, base);
  if (evidence >= ENOUGH) return [];
  if (prove.overControl !== true && isAsBad(signal, control, prove)) {
    const ratio = formatValue(signal, control.bad / control.total);
    const message = `${prove.text} cannot be excluded: the control itself has ${ratio} bad`;
    const opens = "prove an excess over control, or a ratio above what is normal";
    return [because("proof", "unprovable", message, { opens })];
  }
  const seen = `${prove.text} not excluded yet: ${candidate.bad} of ${candidate.total} bad, evidence ${ratioOf(evidence)}:1 of ${ENOUGH}:1`;
  return [
    because("proof", "short", `${seen}; ${forecast(proof, stillNeeded(candidate, prove.ratio, base))}`, {
      opens: `more outcomes of ${signal.name}`,
    }),
  ];
}

/** Whether what has to be excluded is what is normal. */
function isAsBad({ minBad }: Signal, { bad, total }: Outcomes, { ratio }: Prove): boolean {
  return bad >= minBad && bad / total >= ratio;
}

function ratioOf(evidence: number): number {
  return Number(evidence.toPrecision(2));
}

function forecast({ candidate, from, upTo }: ProofCounted, needed: number | null): string {
  if (needed === null) return "never, as it looks now";
  const more = `${needed} more without a bad one`;
  if (candidate.total === 0 || upTo <= from) return more;
  const neededMs = (needed * (upTo - from)) / candidate.total;
  return `${more}, in about ${formatMillis(neededMs)} at this rate`;
}
