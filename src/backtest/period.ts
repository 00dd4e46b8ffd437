import { nextSlot } from "../control/schedule.ts";
import type { Gate } from "../domain/gate.ts";
import { type Instant, MINUTE, type Millis, formatMillis } from "../domain/instant.ts";
import type { Span } from "../trial/ports.ts";

/** What is kept of each query grows with this: half a million looks are a year of minutes less a few days. */
const MOST_LOOKS = 500_000;

export type Period =
  | { readonly ok: true; readonly span: Span }
  | { readonly ok: false; readonly message: string };

/** The looks at the last while, in the slots in which passes would have run. A gate is looked at each minute at most. */
export function periodOf(gate: Gate, lastMs: Millis, stepMs: Millis | null, now: Instant): Period {
  const step = stepMs ?? Math.max(gate.everyMs, MINUTE);
  const looks = Math.floor(lastMs / step);
  const asked = `${formatMillis(lastMs)} at ${formatMillis(step)} each`;
  if (looks < 2) return refused(`${asked} is less than two looks: ask for more with --last`);
  if (looks > MOST_LOOKS) {
    return refused(`${asked} is ${looks} looks, more than ${MOST_LOOKS}: a longer --step needs fewer`);
  }
  const from = nextSlot(gate.name, step, now - lastMs);
  return { ok: true, span: { from, to: from + Math.floor((now - from) / step) * step, stepMs: step } };
}

function refused(message: string): Period {
  return { ok: false, message };
}

/** How many looks a span has. */
export function looksIn({ from, to, stepMs }: Span): number {
  return Math.max(0, Math.floor((to - from) / stepMs) + 1);
}
