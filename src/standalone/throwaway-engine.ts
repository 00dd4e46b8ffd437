import { MINUTE } from "../domain/instant.ts";
import { createPrometheus } from "../prometheus/prometheus.ts";
import type { PromqlEngine } from "../rehearsal/ports.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { startThrowawayPrometheus } from "../throwaway/throwaway-prometheus.ts";

const SOURCE = "throwaway";

export type OpenedEngine =
  | { readonly ok: true; readonly engine: PromqlEngine; close(): Promise<void> }
  | { readonly ok: false; readonly message: string };

/** A real Prometheus for one run, asked by the service's own adapter. */
export async function openEngine(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<OpenedEngine> {
  const started = await startThrowawayPrometheus(environment);
  if (!started.ok) return started;
  const { prometheus } = started;
  const asked = createPrometheus({
    sources: { [SOURCE]: { url: prometheus.url, timeoutMs: MINUTE } },
    clock: SYSTEM_CLOCK,
  });
  return {
    ok: true,
    engine: {
      load: (series) => prometheus.write(series),
      counters: (selector, stretch) => asked.counters(SOURCE, selector, stretch),
      range: (query, span) => asked.range(SOURCE, query, span),
      async ask(query, at) {
        const answers = await asked.ask(SOURCE, [query], at);
        return answers.get(query) ?? { kind: "unknown", reason: "bad-answer", detail: "there was no answer" };
      },
    },
    async close() {
      await asked.close();
      await prometheus.close();
    },
  };
}
