import type { Clock, Silencers } from "../control/ports.ts";
import { SECOND, type Instant, type Millis } from "../domain/instant.ts";
import type { Unknown } from "../domain/reading.ts";
import { createShelf } from "../lib/shelf.ts";
import { activeSilencesIn, heldAlertsIn, type ActiveSilence, type HeldAlert } from "./bodies.ts";
import { coveringSilence } from "./covering-silence.ts";
import { createPeer, type AlertmanagerConfig, type Peer, type RequestObservation } from "./peer.ts";

/** Passes of the same second share one reading. */
const SHARED_MS = SECOND;
const KEPT_MS = 5 * SECOND;
const MOST_KEPT = 20;

export type SilencersOptions = {
  /** By the names that gates use; null for a source whose Alertmanager is not named. */
  readonly sources: Readonly<Record<string, AlertmanagerConfig | null>>;
  readonly clock: Clock;
  /** Told of every request that was sent. */
  readonly observe?: (observation: RequestObservation) => void;
};

type Reading = {
  readonly kind: "read";
  readonly silences: readonly ActiveSilence[];
  readonly held: readonly HeldAlert[];
};

type Reader = { readonly peer: Peer; readonly read: (at: Instant) => Promise<Reading | Unknown> };

/** Throws only when a URL is not one; the config has checked that. */
export function createSilencers({
  sources,
  clock,
  observe = () => undefined,
}: SilencersOptions): Silencers & { close(): Promise<void> } {
  const readers = new Map<string, Reader>();
  for (const [name, config] of Object.entries(sources)) {
    if (config !== null) readers.set(name, createReader(createPeer(name, config, clock, observe), clock));
  }

  return {
    async silences(source, alerts, at) {
      const reader = readers.get(source);
      if (reader === undefined) return { kind: "not-configured" };
      if (alerts.length === 0) return { kind: "known", silences: [] };
      const reading = await reader.read(at);
      if (reading.kind === "unknown") return reading;
      const { silences, held } = reading;
      return { kind: "known", silences: alerts.map((labels) => coveringSilence(labels, silences, held)) };
    },
    async close() {
      await Promise.all([...readers.values()].map(({ peer }) => peer.close()));
    },
  };
}

function createReader(peer: Peer, clock: Clock): Reader {
  const shelf = createShelf<Reading | Unknown>(MOST_KEPT, () => clock.elapsed());
  return {
    peer,
    read: (at) =>
      shelf.take(
        String(Math.floor(at / SHARED_MS)),
        () => readBoth(peer, clock.elapsed() + peer.timeoutMs),
        () => KEPT_MS,
      ),
  };
}

/** Alerts first: a silence that one of them names is then still in the list that is read after it, unless it has ended. */
async function readBoth(peer: Peer, deadline: Millis): Promise<Reading | Unknown> {
  const held = await peer.read("alerts", heldAlertsIn, deadline);
  if (held.kind === "unknown") return held;
  const silences = await peer.read("silences", activeSilencesIn, deadline);
  return silences.kind === "unknown"
    ? silences
    : { kind: "read", silences: silences.value, held: held.value };
}
