import type { AlertAnswers, AlertRules, Silences } from "../domain/alert.ts";
import type { AlertGuard } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import type { Metrics, Silencers } from "./ports.ts";

const NOTHING_SILENCED: Silences = { kind: "known", silences: [] };

/** Reads the rules behind each guard and, where alerts are active, who silenced them. */
export function measureAlerts(
  guards: readonly AlertGuard[],
  { metrics, silencers }: { readonly metrics: Metrics; readonly silencers: Silencers },
  at: Instant,
): Promise<readonly AlertAnswers[]> {
  return Promise.all(
    guards.map(async (guard): Promise<AlertAnswers> => {
      const [rules, witness] = await Promise.all([
        metrics.alertRules(guard.source, guard.matchers, at),
        guard.witness === null ? null : askWitness(metrics, guard.source, guard.witness, at),
      ]);
      return { guard: guard.match, rules, silences: await silencesOf(guard, rules, silencers, at), witness };
    }),
  );
}

async function askWitness(metrics: Metrics, source: string, query: string, at: Instant) {
  return (await metrics.ask(source, [query], at)).get(query) ?? null;
}

async function silencesOf(
  guard: AlertGuard,
  rules: AlertRules,
  silencers: Silencers,
  at: Instant,
): Promise<Silences> {
  const active = rules.kind === "known" ? rules.rules.flatMap((rule) => rule.active) : [];
  if (active.length === 0) return NOTHING_SILENCED;
  const labels = active.map((alert) => alert.labels);
  return silencers.silences(guard.source, labels, at);
}
