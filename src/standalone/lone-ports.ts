import { createSilencers } from "../alertmanager/alertmanager.ts";
import { type Prometheus, createPrometheus } from "../prometheus/prometheus.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import type { LonePorts } from "../trial/lone-pass.ts";
import type { FoundSources } from "./sources.ts";

/** The sources opened for one command. */
export function openSources(found: Extract<FoundSources, { ok: true }>): {
  readonly prometheus: Prometheus;
  readonly ports: LonePorts;
  readonly close: () => Promise<void>;
} {
  const prometheus = createPrometheus({ sources: found.sources, clock: SYSTEM_CLOCK });
  const silencers = createSilencers({ sources: found.alertmanagers, clock: SYSTEM_CLOCK });
  return {
    prometheus,
    ports: { metrics: prometheus, silencers, history: prometheus },
    close: async () => {
      await Promise.all([prometheus.close(), silencers.close()]);
    },
  };
}
