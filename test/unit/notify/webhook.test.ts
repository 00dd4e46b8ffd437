import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createOutbound, type Outbound } from "../../../src/lib/outbound.ts";
import type { Channel } from "../../../src/notify/channel.ts";
import { createWebhookChannel } from "../../../src/notify/webhook.ts";
import { NOON, setClock } from "../store/samples.ts";
import { pending, SECRET } from "./outbox.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

// The library that verifies compares with the real time.
const now = Date.now();
const patient = new AbortController().signal;

let receiver: Receiver;
let outbound: Outbound;
let channel: Channel;

beforeEach(async () => {
  receiver = await startReceiver();
  outbound = createOutbound({ baseUrl: receiver.url });
  channel = channelTo(outbound);
});
afterEach(async () => {
  await outbound.close();
  await receiver.close();
});

describe("what is sent", () => {
  test("is signed so that the library of the specification accepts it", async () => {
    expect(await channel.deliver(pending({ createdAt: NOON }), patient)).toEqual({ kind: "taken" });
    const [{ body, headers, path } = { body: "", headers: {}, path: "" }] = receiver.received;
    expect(path).toBe("/hooks/in-secret");
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": "t1",
      "webhook-timestamp": String(Math.floor(now / 1000)),
      "rampart-page": "1",
    });
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({
      type: "rampart.halted",
      timestamp: "2026-03-04T12:00:00.000Z",
      data: {
        gate: "checkout",
        kind: "halted",
        page: true,
        title: "checkout halted at 5 %",
        text: "checkout-errors is above 0.2 %",
        decision: "dec_1",
        url: "https://rampart.example.com/d/dec_1",
      },
    });
  });

  test("does not verify with another secret, key or body", async () => {
    await channel.deliver(pending(), patient);
    const [{ body, headers } = { body: "", headers: {} }] = receiver.received;
    const sent = headers as Record<string, string>;
    const other = new Webhook(`whsec_${Buffer.alloc(32, 7).toString("base64")}`);
    expect(() => other.verify(body, sent)).toThrow("No matching signature");
    const same = new Webhook(SECRET);
    expect(() => same.verify(body, { ...sent, "webhook-id": "t2" })).toThrow("No matching signature");
    expect(() => same.verify(body.replace("halted", "advanced"), sent)).toThrow("No matching signature");
  });

  test("is marked as a page only when it is one", async () => {
    await channel.deliver(pending({ page: false }), patient);
    expect(receiver.received[0]?.headers).not.toHaveProperty("rampart-page");
    expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({ data: { page: false } });
  });

  test("has a verifiable signature whatever letters the telling holds", async () => {
    await channel.deliver(pending({ text: "Größe ☕ \u2028 \ud800" }), patient);
    const [{ body, headers } = { body: "", headers: {} }] = receiver.received;
    new Webhook(SECRET).verify(body, headers as Record<string, string>);
  });
});

describe("an answer", () => {
  test.each([200, 201, 202, 204, 299])("%i means that it was taken", async (status) => {
    receiver.answer(status);
    expect(await channel.deliver(pending(), patient)).toEqual({ kind: "taken" });
  });

  test.each([
    [500, "answered 500"],
    [404, "answered 404"],
    [410, "answered 410: gone for good, so correct or remove the channel; trying on until then"],
  ])("%i means that it was not", async (status, detail) => {
    receiver.answer(status);
    expect(await channel.deliver(pending(), patient)).toEqual({ kind: "failed", detail });
  });

  test("that sends elsewhere is not followed", async () => {
    const elsewhere = await startReceiver();
    receiver.answer((response) => response.writeHead(307, { location: elsewhere.url }).end());
    expect(await channel.deliver(pending(), patient)).toMatchObject({
      kind: "failed",
      detail: expect.stringMatching(/^redirect: /),
    });
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });
});

describe("a failure", () => {
  test("shows neither the secret, nor the address's path, nor what the receiver wrote back", async () => {
    receiver.answer((response, request) => {
      response.writeHead(500, { "x-echo": SECRET });
      response.end(`${SECRET} ${request.body} ${JSON.stringify(request.headers)}`);
    });
    const answered = await channel.deliver(pending(), patient);
    await receiver.close();
    const refused = await channel.deliver(pending(), patient);
    receiver = await startReceiver();

    expect(answered).toEqual({ kind: "failed", detail: "answered 500" });
    expect(refused).toMatchObject({ kind: "failed", detail: expect.stringMatching(/^unreachable: /) });
    const shown = JSON.stringify([answered, refused]);
    for (const secret of [SECRET, SECRET.slice(6), "in-secret", "v1,"]) expect(shown).not.toContain(secret);
  });

  test("comes at once when asked to give up", async () => {
    receiver.answer(null);
    const giveUp = new AbortController();
    const delivering = channel.deliver(pending(), giveUp.signal);
    giveUp.abort();
    expect(await delivering).toMatchObject({ kind: "failed", detail: expect.stringMatching(/^cancelled: /) });
  });

  test("comes after ten seconds when nobody answers", async () => {
    const asked: (number | undefined)[] = [];
    const silent = channelTo({
      request: async ({ deadlineMs }) => {
        asked.push(deadlineMs);
        return { kind: "failed", reason: "timeout", detail: "no complete answer" };
      },
    });
    expect(await silent.deliver(pending(), patient)).toEqual({
      kind: "failed",
      detail: "timeout: no complete answer",
    });
    expect(asked).toEqual([10_000]);
  });
});

describe("a secret", () => {
  test.each([
    ["nothing", ""],
    ["words", "correct horse battery staple"],
    ["no prefix", base64(32)],
    ["too few bytes", `whsec_${base64(23)}`],
    ["too many bytes", `whsec_${base64(65)}`],
    ["a cut text", `whsec_${base64(32).slice(0, -1)}`],
  ])("of %s is refused and not shown", (_, secret) => {
    const result = createWebhookChannel({ ...common, outbound, secret });
    expect(result).toEqual({
      ok: false,
      problem: "the secret of webhook ops must be whsec_ followed by base64 of 24 to 64 random bytes",
    });
  });

  test.each([
    ["24 bytes", `whsec_${base64(24)}`],
    ["64 bytes", `whsec_${base64(64)}`],
    ["a file with its last line ended", `whsec_${base64(32)}\n`],
  ])("of %s is taken", (_, secret) => {
    expect(createWebhookChannel({ ...common, outbound, secret })).toMatchObject({ ok: true });
  });
});

function base64(bytes: number): string {
  return Buffer.alloc(bytes, 1).toString("base64");
}

const common = {
  name: "ops",
  clock: setClock(now),
  urlOf: ({ decision }: { readonly decision: string | null }) =>
    decision === null ? null : `https://rampart.example.com/d/${decision}`,
};

function channelTo(through: Pick<Outbound, "request">): Channel {
  const result = createWebhookChannel({ ...common, outbound: through, secret: SECRET });
  if (!result.ok) throw new Error(result.problem);
  return result.channel;
}
