import type { Silencers } from "../control/ports.ts";
import type { Silence } from "../domain/alert.ts";
import type { Matcher } from "../domain/matcher.ts";
import { matches } from "../matchers/matchers.ts";
import type { CaseEvent } from "../gatefile/gate-test/gate-test.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** The Alertmanager of a case: nobody has silenced anything until an event does. */
export type Silenced = {
  readonly silencers: Silencers;
  silence(event: Extract<CaseEvent, { kind: "silence" }>): void;
};

export const NO_ALERTMANAGER: Silencers = { silences: () => Promise.resolve({ kind: "not-configured" }) };

type Given = { readonly matchers: readonly Matcher[]; readonly silence: Silence };

/** Where no event of the case silences anything there is no Alertmanager, and remarks say so. */
export function createSilenced(events: readonly CaseEvent[], clock: VirtualClock): Silenced {
  const given: Given[] = [];
  const isConfigured = events.some(({ kind }) => kind === "silence");
  const alertmanager: Silencers = {
    silences(_source, alerts, at) {
      const silences = alerts.map((labels) => {
        const found = given.findLast((each) => each.silence.endsAt > at && matches(each.matchers, labels));
        return found?.silence ?? null;
      });
      return Promise.resolve({ kind: "known", silences });
    },
  };
  return {
    silencers: isConfigured ? alertmanager : NO_ALERTMANAGER,
    silence({ matchers, forMs, by }) {
      const silence = { id: `silence-${given.length + 1}`, by, comment: "the case says so" };
      given.push({ matchers, silence: { ...silence, endsAt: clock.now() + forMs } });
    },
  };
}
