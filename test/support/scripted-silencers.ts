import type { Silencers } from "../../src/control/ports.ts";
import type { Silence, Silences } from "../../src/domain/alert.ts";
import type { Labels } from "../../src/domain/matcher.ts";

/** Alertmanager by script: silences by the name of the alert. */
export type ScriptedSilencers = Silencers & {
  silence(alertname: string, silence: Silence): void;
  /** What every question answers from now on; null: by the silences again. */
  answer(silences: Silences | null): void;
  /** Labels of every alert asked about, in order. */
  readonly asked: Labels[];
};

export function createScriptedSilencers(): ScriptedSilencers {
  const byName = new Map<string, Silence>();
  const asked: Labels[] = [];
  let fixed: Silences | null = null;
  return {
    async silences(_, alerts) {
      asked.push(...alerts);
      if (fixed !== null) return fixed;
      return {
        kind: "known",
        silences: alerts.map((labels) => byName.get(labels["alertname"] ?? "") ?? null),
      };
    },
    silence: (alertname, silence) => void byName.set(alertname, silence),
    answer(silences) {
      fixed = silences;
    },
    asked,
  };
}
