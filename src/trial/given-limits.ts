import { parseLimit } from "../gatefile/limit-text.ts";

/** The limits of one signal as written; null where there is none. */
export type LimitTexts = {
  readonly advance: string | null;
  readonly halt: string | null;
  readonly rollback: string | null;
};

export const NO_LIMITS: LimitTexts = { advance: null, halt: null, rollback: null };

export function statesLimit(limits: LimitTexts): boolean {
  return textsOf(limits).length > 0;
}

/** The unit that the values of the limits have; null when they carry none. */
export function unitOf(limits: LimitTexts): "ratio" | "seconds" | null {
  for (const text of textsOf(limits)) {
    const parsed = parseLimit(text);
    // A share of last week tells nothing of what it is a share of.
    if (parsed.ok && parsed.sentence.baseline !== null) continue;
    const unit = parsed.ok ? parsed.sentence.amount.unit : null;
    if (unit === "%" || unit === "pp") return "ratio";
    if (unit === "duration") return "seconds";
  }
  return null;
}

/** Which way is better, as the limits say; null when nothing does. */
export function directionOf({ advance, halt, rollback }: LimitTexts): "lower" | "higher" | null {
  if (advance !== null) {
    if (/^(?:at least|above|>)/.test(advance)) return "higher";
    return /^(?:at most|below|<)/.test(advance) ? "lower" : null;
  }
  const breach = halt ?? rollback;
  if (breach === null) return null;
  if (/^(?:at most|below|<)/.test(breach)) return "higher";
  return /^(?:at least|above|>)/.test(breach) ? "lower" : null;
}

function textsOf({ advance, halt, rollback }: LimitTexts): readonly string[] {
  return [advance, halt, rollback].filter((text) => text !== null);
}
