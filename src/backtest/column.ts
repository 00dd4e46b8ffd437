import type { Instant, Millis } from "../domain/instant.ts";
import type { Answer, Unknown } from "../domain/reading.ts";

const EMPTY = 0;
const VALUE = 1;
/** From here on: the place in the list of what was not known, and why. */
const FIRST_UNKNOWN = 2;
const MOST_REASONS = 1_000;

const NOTHING: Answer = { kind: "empty" };

/** What one query answered at each look, in nine bytes each. */
export type Column = {
  put(look: number, answer: Answer): void;
  /** At the look that is nearest to this instant; nothing was asked before the first and after the last. */
  at(instant: Instant): Answer;
  /** The first look with a number; null: none had one. */
  begins(): Instant | null;
};

export function createColumn(from: Instant, stepMs: Millis, looks: number): Column {
  const values = new Float64Array(looks);
  const codes = new Uint16Array(looks);
  const reasons: Unknown[] = [];

  function codeOf(answer: Unknown): number {
    const found = reasons.findIndex(
      ({ reason, detail }) => reason === answer.reason && detail === answer.detail,
    );
    if (found !== -1) return FIRST_UNKNOWN + found;
    if (reasons.length < MOST_REASONS) return FIRST_UNKNOWN + reasons.push(answer) - 1;
    return FIRST_UNKNOWN + MOST_REASONS - 1;
  }

  return {
    put(look, answer) {
      if (answer.kind === "value") values[look] = answer.value;
      codes[look] = answer.kind === "value" ? VALUE : answer.kind === "empty" ? EMPTY : codeOf(answer);
    },
    at(instant) {
      const look = Math.round((instant - from) / stepMs);
      const code = codes[look] ?? EMPTY;
      if (code === VALUE) return { kind: "value", value: values[look] ?? 0, infos: [] };
      return code === EMPTY ? NOTHING : (reasons[code - FIRST_UNKNOWN] ?? NOTHING);
    },
    begins() {
      const first = codes.indexOf(VALUE);
      return first === -1 ? null : from + first * stepMs;
    },
  };
}
