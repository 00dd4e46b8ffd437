import { z } from "zod";
import type { Labels, Matcher } from "../domain/matcher.ts";
import type { Silence } from "../domain/alert.ts";
import type { Quote } from "../lib/quote.ts";

/** A silence with the conditions under which it covers an alert. */
export type ActiveSilence = Silence & { readonly matchers: readonly Matcher[] };

/** An alert that Alertmanager holds, with the silences that cover it now by its own judgement. */
export type HeldAlert = { readonly labels: Labels; readonly silencedBy: readonly string[] };

const matcherBody = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  // Versions before 0.22 had no negation and send nothing.
  isEqual: z.boolean().default(true),
});

const silenceBody = z.object({
  id: z.string(),
  createdBy: z.string(),
  comment: z.string(),
  endsAt: z.iso.datetime({ offset: true }),
  matchers: z.array(matcherBody),
  status: z.object({ state: z.string() }),
});

const silencesBody = z.array(silenceBody);

const alertsBody = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ silencedBy: z.array(z.string()) }),
  }),
);

/** From `/api/v2/silences`, those in force only; null when it is something else. */
export function activeSilencesIn(body: unknown, quote: Quote): readonly ActiveSilence[] | null {
  const parsed = silencesBody.safeParse(body);
  if (!parsed.success) return null;
  return parsed.data
    .filter(({ status }) => status.state === "active")
    .map((silence) => ({
      id: silence.id,
      by: quote(silence.createdBy),
      comment: quote(silence.comment),
      endsAt: Date.parse(silence.endsAt),
      matchers: silence.matchers.map(matcherOf),
    }));
}

/** From `/api/v2/alerts`; null when it is something else. */
export function heldAlertsIn(body: unknown): readonly HeldAlert[] | null {
  const parsed = alertsBody.safeParse(body);
  if (!parsed.success) return null;
  return parsed.data.map(({ labels, status }) => ({ labels, silencedBy: status.silencedBy }));
}

function matcherOf({ name, value, isRegex, isEqual }: z.output<typeof matcherBody>): Matcher {
  if (isRegex) return { label: name, operator: isEqual ? "=~" : "!~", value };
  return { label: name, operator: isEqual ? "=" : "!=", value };
}
