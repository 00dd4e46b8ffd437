import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, Outbox, PendingTelling } from "../control/ports.ts";
import type { Millis } from "../domain/instant.ts";
import { backoffMs } from "./backoff.ts";
import type { Channel, Delivery, NotifyLog } from "./channel.ts";
import { logChannel } from "./log-channel.ts";

/** Tellings begun in one tick, beside those still under way. */
const BATCH = 100;

export type Notifier = {
  /** Tries every due telling once on each channel that has not taken it; gives how many are done on all of them. */
  tick(signal?: AbortSignal): Promise<number>;
  /** Ticks until aborted, then waits for what is under way to be given up. */
  run(signal: AbortSignal, everyMs: Millis): Promise<void>;
};

export type NotifierOptions = {
  readonly outbox: Outbox;
  /** Beside the log, which is always told. */
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly log: NotifyLog;
};

/**
 * Delivers the outbox at least once, without a limit of attempts. All tellings and channels are tried side by side, and a
 * tick does not wait for the one before it, so a channel that hangs delays nobody else. A telling is done when every channel
 * has taken it; which ones already have is remembered by this process alone, so after a restart a channel may be given a
 * telling again that another one still lacked. Receivers tell such repeats by the key. Order is not promised.
 */
export function createNotifier({ outbox, channels, clock, log }: NotifierOptions): Notifier {
  const all = [logChannel(log), ...channels];
  const takenBy = new Map<string, ReadonlySet<string>>();
  const underWay = new Set<string>();

  async function tick(signal = new AbortController().signal): Promise<number> {
    const due = await outbox.due(clock.now(), BATCH + underWay.size);
    const begun = due.filter(({ key }) => !underWay.has(key));
    for (const { key } of begun) underWay.add(key);

    const pagesFirst = begun.toSorted((a, b) => Number(b.page) - Number(a.page));
    const outcomes = await Promise.allSettled(pagesFirst.map((telling) => tell(telling, signal)));
    const broken = outcomes.find((outcome) => outcome.status === "rejected");
    if (broken !== undefined) throw broken.reason;
    return outcomes.filter((outcome) => outcome.status === "fulfilled" && outcome.value).length;
  }

  async function tell(telling: PendingTelling, signal: AbortSignal): Promise<boolean> {
    try {
      const failures = await tellAll(telling, signal);
      if (failures.length === 0) {
        await outbox.delivered(telling.key, clock.now());
        takenBy.delete(telling.key);
        return true;
      }
      const nextAt = clock.now() + backoffMs(telling.attempts);
      log.warn({ telling: telling.key, gate: telling.gate, failures, nextAt }, "a telling was not delivered");
      await outbox.failed(telling.key, nextAt, failures.join("; "));
      return false;
    } finally {
      underWay.delete(telling.key);
    }
  }

  async function tellAll(telling: PendingTelling, signal: AbortSignal): Promise<readonly string[]> {
    const before = takenBy.get(telling.key) ?? new Set();
    const lacking = all.filter(({ name }) => !before.has(name));
    const tried = await Promise.all(
      lacking.map(async (channel) => ({ channel, delivery: await attempt(channel, telling, signal) })),
    );
    const took = tried.filter(({ delivery }) => delivery.kind === "taken").map(({ channel }) => channel.name);
    // Kept even when all have it: should the store fail to note that, nobody is told twice.
    takenBy.set(telling.key, new Set([...before, ...took]));
    return tried.flatMap(({ channel, delivery }) =>
      delivery.kind === "failed" ? [`${channel.name}: ${delivery.detail}`] : [],
    );
  }

  async function attempt(channel: Channel, telling: PendingTelling, signal: AbortSignal): Promise<Delivery> {
    try {
      return await channel.deliver(telling, signal);
    } catch (error) {
      // A bug in one channel must not keep the others from people.
      log.error({ err: error, channel: channel.name, telling: telling.key }, "a channel broke");
      return { kind: "failed", detail: "the channel broke; the log says how" };
    }
  }

  async function run(signal: AbortSignal, everyMs: Millis): Promise<void> {
    const beats = new Set<Promise<void>>();
    while (!signal.aborted) {
      const beat: Promise<void> = beatOnce(signal).finally(() => beats.delete(beat));
      beats.add(beat);
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
    await Promise.all(beats);
  }

  async function beatOnce(signal: AbortSignal): Promise<void> {
    try {
      await tick(signal);
    } catch (error) {
      // The store is out of reach; the next beat asks it again, and nothing is lost meanwhile.
      log.error({ err: error }, "the outbox could not be read or written");
    }
  }

  return { tick, run };
}
