import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backoffMs } from "../../../src/notify/backoff.ts";
import { createOutbound } from "../../../src/lib/outbound.ts";
import type { Channel, Delivery } from "../../../src/notify/channel.ts";
import { createNotifier, type Notifier } from "../../../src/notify/notifier.ts";
import { createWebhookChannel } from "../../../src/notify/webhook.ts";
import { type MemoryStore, memoryStore } from "../../support/memory-store.ts";
import { NOON, type SetClock, setClock } from "../store/samples.ts";
import { memoryLog, SECRET, tell } from "./outbox.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

const DUE = Number.MAX_SAFE_INTEGER;

let clock: SetClock;
let store: MemoryStore;
let log: ReturnType<typeof memoryLog>;
let cleanUp: (() => Promise<void>)[];

beforeEach(() => {
  clock = setClock();
  store = memoryStore({ clock });
  log = memoryLog();
  cleanUp = [];
});
afterEach(async () => {
  for (const each of cleanUp) await each();
});

describe("one tick", () => {
  test("delivers what is due and tells how many; the next has nothing left to do", async () => {
    const receiver = await receiverOnThisMachine();
    const notifier = withChannels(webhookTo(receiver));
    await tell(store, "t1");
    await tell(store, "t2", { kind: "advanced", page: false });
    expect(await notifier.tick()).toBe(2);
    expect(await notifier.tick()).toBe(0);
    expect(new Set(keysAt(receiver))).toEqual(new Set(["t1", "t2"]));
    expect(receiver.received).toHaveLength(2);
    expect(await store.due(DUE, 5)).toEqual([]);
  });

  test("writes every telling to the log, with no other channel too", async () => {
    await tell(store, "t1");
    expect(await withChannels().tick()).toBe(1);
    expect(log.lines).toEqual([
      {
        level: "info",
        message: "checkout halted at 5 %",
        fields: {
          telling: "t1",
          gate: "checkout",
          kind: "halted",
          page: true,
          text: "checkout-errors is above 0.2 %",
          decision: "dec_1",
        },
      },
    ]);
  });

  test("begins with the pages", async () => {
    const channel = scripted("ops", () => ({ kind: "taken" }));
    await tell(store, "quiet", { page: false });
    await tell(store, "page");
    await withChannels(channel).tick();
    expect(channel.keys).toEqual(["page", "quiet"]);
  });

  test("gets past a hundred tellings that hang", async () => {
    for (let index = 0; index < 120; index++) await tell(store, `slow${index}`);
    const channel = scripted("ops", ({ key }) =>
      key.startsWith("slow") ? new Promise<Delivery>(() => undefined) : { kind: "taken" },
    );
    const notifier = withChannels(channel);
    void notifier.tick();
    await until(() => channel.keys.length === 100);
    await tell(store, "quick");
    void notifier.tick();
    await until(() => channel.keys.includes("quick"));
  });
});

describe("a channel that fails", () => {
  test("is tried again when its time has come, with the same key, until it takes the telling", async () => {
    const receiver = await receiverOnThisMachine();
    const notifier = withChannels(webhookTo(receiver));
    receiver.answer(500);
    await tell(store, "t1");
    expect(await notifier.tick()).toBe(0);
    expect(await store.due(NOON + 4_999, 5)).toEqual([]);

    clock.set(NOON + 4_999);
    expect(await notifier.tick()).toBe(0);
    expect(receiver.received).toHaveLength(1);

    clock.set(NOON + 5_000);
    expect(await notifier.tick()).toBe(0);
    expect(receiver.received).toHaveLength(2);

    receiver.answer(204);
    clock.set(NOON + 5_000 + 10_000);
    expect(await notifier.tick()).toBe(1);
    expect(keysAt(receiver)).toEqual(["t1", "t1", "t1"]);
  });

  test("is tried again after it could not be reached", async () => {
    const gone = await startReceiver();
    await gone.close();
    const notifier = withChannels(webhookTo(gone));
    await tell(store, "t1");
    expect(await notifier.tick()).toBe(0);
    expect(warnings()).toEqual([[expect.stringMatching(/^ops: unreachable: /)]]);

    const back = await receiverOnThisMachine(gone.port);
    clock.set(NOON + 5_000);
    expect(await notifier.tick()).toBe(1);
    expect(keysAt(back)).toEqual(["t1"]);
  });

  test("leaves nothing secret in the log", async () => {
    const receiver = await receiverOnThisMachine();
    receiver.answer((response, { headers }) =>
      response.writeHead(500).end(`${SECRET} ${JSON.stringify(headers)}`),
    );
    await tell(store, "t1");
    await withChannels(webhookTo(receiver)).tick();
    const text = JSON.stringify(log.lines);
    expect(text).toContain("ops: answered 500");
    for (const secret of [SECRET, SECRET.slice(6), "in-secret", "v1,"]) expect(text).not.toContain(secret);
  });

  test("does not make the others be told again", async () => {
    const good = scripted("good", () => ({ kind: "taken" }));
    let answers = 0;
    const bad = scripted("bad", () => (++answers < 3 ? { kind: "failed", detail: "no" } : { kind: "taken" }));
    const notifier = withChannels(good, bad);
    await tell(store, "t1");
    expect(await notifier.tick()).toBe(0);
    clock.set(NOON + 5_000);
    expect(await notifier.tick()).toBe(0);
    clock.set(NOON + 15_000);
    expect(await notifier.tick()).toBe(1);
    expect(good.keys).toEqual(["t1"]);
    expect(bad.keys).toEqual(["t1", "t1", "t1"]);
    expect(log.lines.filter(({ level }) => level === "info")).toHaveLength(1);
  });

  test("and then the process ends: the next one tells with the same key, even whoever had taken it", async () => {
    const good = await receiverOnThisMachine();
    const bad = await receiverOnThisMachine();
    bad.answer(503);
    await tell(store, "t1");
    await withChannels(webhookTo(good, "good"), webhookTo(bad, "bad")).tick();

    store = store.reopen();
    bad.answer(200);
    clock.set(NOON + 5_000);
    expect(await withChannels(webhookTo(good, "good"), webhookTo(bad, "bad")).tick()).toBe(1);
    expect(keysAt(good)).toEqual(["t1", "t1"]);
    expect(keysAt(bad)).toEqual(["t1", "t1"]);
  });

  test("by throwing is logged, tried again, and keeps nobody else waiting", async () => {
    const good = scripted("good", () => ({ kind: "taken" }));
    const broken = scripted("broken", () => {
      throw new TypeError("a bug");
    });
    await tell(store, "t1");
    expect(await withChannels(broken, good).tick()).toBe(0);
    expect(good.keys).toEqual(["t1"]);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: "error", message: "a channel broke" }));
    expect(await store.due(NOON + 5_000, 5)).toMatchObject([{ key: "t1", attempts: 1 }]);
  });
});

describe("a store that fails", () => {
  test("to note a delivery does not make the telling go out twice", async () => {
    const channel = scripted("ops", () => ({ kind: "taken" }));
    let refusals = 1;
    const outbox = {
      ...store,
      delivered: async (key: string, at: number) => {
        if (refusals-- > 0) throw new Error("disk full");
        await store.delivered(key, at);
      },
    };
    const notifier = createNotifier({ outbox, channels: [channel], clock, log });
    await tell(store, "t1");
    await expect(notifier.tick()).rejects.toThrow("disk full");
    expect(await notifier.tick()).toBe(1);
    expect(channel.keys).toEqual(["t1"]);
  });

  test("does not end the loop", async () => {
    const channel = scripted("ops", () => ({ kind: "taken" }));
    let refusals = 2;
    const outbox = {
      ...store,
      due: async (now: number, limit: number) => {
        if (refusals-- > 0) throw new Error("disk full");
        return store.due(now, limit);
      },
    };
    await tell(store, "t1");
    const stop = new AbortController();
    const running = createNotifier({ outbox, channels: [channel], clock, log }).run(stop.signal, 1);
    await until(() => channel.keys.length === 1);
    stop.abort();
    await running;
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(2);
  });
});

describe("the loop", () => {
  test("reaches a second channel at once, again and again, while the first one hangs", async () => {
    const hanging = await receiverOnThisMachine();
    const quick = await receiverOnThisMachine();
    hanging.answer(null);
    const notifier = withChannels(webhookTo(hanging, "hanging"), webhookTo(quick, "quick"));
    const stop = new AbortController();
    const running = notifier.run(stop.signal, 5);

    for (const key of ["t1", "t2", "t3"]) {
      await tell(store, key);
      // Well under the ten seconds for which the other receiver is waited for.
      await until(() => keysAt(quick).includes(key), 5_000);
    }
    expect(keysAt(quick)).toEqual(["t1", "t2", "t3"]);
    expect(keysAt(hanging)).toEqual(["t1", "t2", "t3"]);

    stop.abort();
    await running;
    expect((await store.due(DUE, 5)).map(({ key }) => key)).toEqual(["t1", "t2", "t3"]);
  });

  test("ends when it is told to before it began", async () => {
    await tell(store, "t1");
    await withChannels().run(AbortSignal.abort(), 1);
    expect(await store.due(DUE, 5)).toHaveLength(1);
  });
});

test("the wait doubles from five seconds up to five minutes and stays there", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 5_000].map(backoffMs);
  expect(waits.map((ms) => ms / 1_000)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
});

function withChannels(...channels: readonly Channel[]): Notifier {
  return createNotifier({ outbox: store, channels, clock, log });
}

async function receiverOnThisMachine(port = 0): Promise<Receiver> {
  const receiver = await startReceiver(port);
  cleanUp.push(() => receiver.close());
  return receiver;
}

function webhookTo(receiver: Receiver, name = "ops"): Channel {
  const outbound = createOutbound({ baseUrl: receiver.url });
  cleanUp.unshift(() => outbound.close());
  const made = createWebhookChannel({ name, outbound, secret: SECRET, clock, urlOf: () => null });
  if (!made.ok) throw new Error(made.problem);
  return made.channel;
}

function scripted(
  name: string,
  answer: (telling: { readonly key: string }) => Delivery | Promise<Delivery>,
): Channel & { readonly keys: readonly string[] } {
  const keys: string[] = [];
  const deliver: Channel["deliver"] = async (telling) => {
    keys.push(telling.key);
    return answer(telling);
  };
  return { name, keys, deliver };
}

function keysAt(receiver: Receiver): readonly (string | string[] | undefined)[] {
  return receiver.received.map(({ headers }) => headers["webhook-id"]);
}

function warnings(): readonly unknown[] {
  return log.lines.flatMap(({ level, fields }) =>
    level === "warn" && "failures" in fields ? [fields.failures] : [],
  );
}

async function until(isSo: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs} ms`);
    await sleep(2);
  }
}
