import type { Passed } from "../control/pass.ts";
import type { Because, SignalJudgement } from "../domain/verdict.ts";
import { standingOf } from "../domain/transition.ts";
import type { Expected } from "../gatefile/gate-test/gate-test.ts";
import type { FlagStand } from "./flag-stand.ts";

/** What was expected, what there was instead, and what the engine said for it. */
export type Shortfall = { readonly expected: string; readonly was: string; readonly why: readonly string[] };

export type Seen = { readonly passed: Passed | null; readonly stand: FlagStand | null };

/** Everything that is not as expected, at the last pass. */
export function shortfalls(expected: Expected, { passed, stand }: Seen): readonly Shortfall[] {
  if (passed === null) return [{ expected: "a pass", was: "none has run yet", why: [] }];
  const { record, decision } = passed;
  const why = whyOf(passed);
  const found: Shortfall[] = [];
  const compare = (what: string, wanted: string | undefined, was: string): void => {
    if (wanted !== undefined && wanted !== was)
      found.push({ expected: `${what} ${wanted}`, was: `${what} ${was}`, why });
  };
  compare("verdict", expected.verdict, decision.verdict);
  compare("state", expected.state, record.ramp.state);
  compare("step", numbered(expected.step), numbered(standingOf(record.ramp)?.step) ?? "none");
  compare("exposure", percentText(expected.exposure), percentText(stand?.percent()) ?? "none");
  for (const reason of expected.because) {
    if (isAmong(reason, passed)) continue;
    found.push({
      expected: `because ${reason}`,
      was: `verdict ${decision.verdict}, and no such reason`,
      why,
    });
  }
  return found;
}

function numbered(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function percentText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value}%`;
}

/**
 * A reason is written as `<signal or guard> is <verdict or code>`, as `<kind>/<code>`, or as any part of the sentence that
 * people read.
 */
function isAmong(reason: string, { decision, record }: Passed): boolean {
  const all: readonly Because[] = [...decision.because, ...record.because];
  if (all.some(({ kind, code, message }) => reason === `${kind}/${code}` || message.includes(reason)))
    return true;
  const judged = [
    ...decision.signals.map(({ signal, verdict, code }) => ({ name: signal, verdict, code })),
    ...decision.alerts.map(({ guard, verdict, code }) => ({ name: guard, verdict, code })),
  ];
  return judged.some(
    ({ name, verdict, code }) => reason === `${name} is ${verdict}` || reason === `${name} is ${code}`,
  );
}

function whyOf({ decision, record }: Passed): readonly string[] {
  const reasons = new Map(
    [...record.because, ...decision.because].map((each) => [`${each.kind}/${each.code}`, each] as const),
  );
  return [
    ...decision.signals.map(signalText),
    ...decision.alerts.map(({ guard, code, message }) => `${guard} is ${code}: ${message}`),
    ...[...reasons]
      .filter(([, { kind }]) => kind !== "signal" && kind !== "alert")
      .map(([code, { message }]) => `${code}: ${message}`),
  ];
}

function signalText({ signal, code, message, reading }: SignalJudgement): string {
  const { value, samples } = reading;
  const read = value.kind === "known" ? `reads ${value.value}` : `unknown (${value.reason})`;
  const of = samples?.kind === "known" ? ` of ${samples.value} samples` : "";
  return `${signal} is ${code}: ${message}; ${read}${of}`;
}
