import type { Instant, Millis } from "../../domain/instant.ts";
import type { Entry, Wait } from "./plan.ts";

/** What is known of the time at one step: it lasts as long as the hold and as its evidence takes. */
export type Stay = { readonly holdMs: Millis; readonly evidence: Wait };

/** When each step is entered at the earliest, and when what follows the last one is. The first is entered now. */
export function entriesOf(stays: readonly Stay[], everyMs: Millis, now: Instant): readonly Entry[] {
  const entries: Entry[] = [{ kind: "at", at: now }];
  for (const stay of stays) {
    const before = entries.at(-1) ?? { kind: "at", at: now };
    entries.push(entryAfter(before, stay, everyMs));
  }
  return entries;
}

function entryAfter(entry: Entry, { holdMs, evidence }: Stay, everyMs: Millis): Entry {
  if (entry.kind === "never") return entry;
  if (evidence.kind === "never") return { kind: "never", why: evidence.why };
  const lastsMs = evidence.kind === "known" ? Math.max(holdMs, evidence.ms) : holdMs;
  // Exposure rises in a pass, and passes come each `every`.
  const at = entry.at + Math.ceil(lastsMs / everyMs) * everyMs;
  if (entry.kind === "after") return { ...entry, at };
  return evidence.kind === "unknown" ? { kind: "after", at, why: evidence.why } : { kind: "at", at };
}
