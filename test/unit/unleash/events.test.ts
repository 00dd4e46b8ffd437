import { expect, test } from "vitest";
import { readEvents } from "../../../src/unleash/events.ts";
import { answered, scriptedOutbound, unanswered } from "../../support/scripted-outbound.ts";
import { eventBody, strategyBody } from "../../support/unleash-bodies.ts";

/** A log with events 1 to `newest`, newest first as Unleash pages it. */
function log(newest: number) {
  const all = Array.from({ length: newest }, (_, index) => eventBody(newest - index));
  return scriptedOutbound(({ query }) => {
    const offset = Number(query?.["offset"]);
    return answered({ events: all.slice(offset, offset + Number(query?.["limit"])), total: newest });
  });
}

test("an event of a strategy says who changed the percent from what to what", async () => {
  const { outbound } = scriptedOutbound(() => answered({ events: [eventBody(7)], total: 1 }));
  expect(await readEvents(outbound, "new-pricing", 0)).toEqual([
    {
      id: 7,
      type: "feature-strategy-update",
      at: Date.UTC(2026, 0, 5, 9),
      by: "kim",
      byUserId: 3,
      environment: "production",
      strategyId: "s1",
      rolloutBefore: "0",
      rolloutAfter: "7",
      titleAfter: "Gradual rollout",
      reachAfter: { constraints: "[]", segments: [] },
    },
  ]);
});

test("constraints and segments of an event are told in order, and not where they are none", async () => {
  const told = {
    segments: [12, 7],
    constraints: [{ contextName: "userId", operator: "IN", values: ["b", "a"] }],
  };
  const events = [
    eventBody(2, { data: strategyBody({ segments: "none" }) }),
    eventBody(1, { data: strategyBody(told) }),
  ];
  const { outbound } = scriptedOutbound(() => answered({ events, total: 2 }));
  const read = await readEvents(outbound, "new-pricing", 0);
  expect(read?.[0]?.reachAfter?.segments).toEqual([7, 12]);
  expect(JSON.parse(read?.[0]?.reachAfter?.constraints ?? "")).toMatchObject([{ values: ["a", "b"] }]);
  expect(read?.[1]).toMatchObject({ id: 2, strategyId: "s1", rolloutAfter: "10" });
  expect(read?.[1]).not.toHaveProperty("reachAfter");
});

test("a removed strategy is told by what it was, other events by no strategy at all", async () => {
  const events = [
    eventBody(3, { type: "feature-strategy-remove", data: null }),
    eventBody(2, {
      type: "feature-archived",
      data: null,
      preData: null,
      environment: null,
      createdByUserId: null,
    }),
    eventBody(1, { type: "feature-created", data: { id: "not-a-strategy", name: "new-pricing" } }),
  ];
  const { outbound } = scriptedOutbound(() => answered({ events, total: 3 }));
  expect(await readEvents(outbound, "new-pricing", 0)).toMatchObject([
    { id: 1, strategyId: null, rolloutBefore: null, rolloutAfter: null },
    { id: 2, strategyId: null, environment: null, byUserId: null },
    { id: 3, strategyId: "s1", rolloutBefore: "0", rolloutAfter: null, titleAfter: null },
  ]);
});

test("a strategy event whose data has another form keeps its author", async () => {
  const odd = eventBody(1, { data: { id: 5 }, preData: strategyBody({ parameters: "none" }) });
  const { outbound } = scriptedOutbound(() => answered({ events: [odd], total: 1 }));
  expect(await readEvents(outbound, "new-pricing", 0)).toMatchObject([
    { by: "kim", strategyId: null, rolloutBefore: null, rolloutAfter: null },
  ]);
});

test("pages are read until the last known event, and no further", async () => {
  const { outbound, asked } = log(450);
  const events = await readEvents(outbound, "new-pricing", 250);
  expect(events?.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, index) => 251 + index));
  expect(asked.map(({ query }) => query?.["offset"])).toEqual(["0", "100", "200"]);
  expect(asked[0]?.query?.["feature"]).toBe("IS:new-pricing");
});

test("without a last known event the newest few are enough", async () => {
  const { outbound, asked } = log(450);
  const events = await readEvents(outbound, "new-pricing", null);
  expect(events?.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => 431 + index));
  expect(asked).toHaveLength(1);
});

test("an event that slips onto the next page while pages are read is told once", async () => {
  let page = 0;
  const full = Array.from({ length: 100 }, (_, index) => eventBody(200 - index));
  const { outbound } = scriptedOutbound(() => {
    page += 1;
    return answered({ events: page === 1 ? full : [eventBody(101), eventBody(100)], total: 102 });
  });
  const events = await readEvents(outbound, "new-pricing", 0);
  expect(events?.map(({ id }) => id)).toEqual(Array.from({ length: 101 }, (_, index) => 100 + index));
});

test.each([
  ["no answer", unanswered()],
  ["an error", answered("", 500)],
  ["HTML", answered("<html>")],
  ["a time that is none", answered({ events: [eventBody(1, { createdAt: "yesterday" })], total: 1 })],
  ["events counted but not sent", answered({ events: [], total: 4 })],
])("after %s the log is unreadable, never empty", async (_, reply) => {
  const { outbound } = scriptedOutbound(() => reply);
  expect(await readEvents(outbound, "new-pricing", 0)).toBeNull();
});

test("a log that never comes to an end is unreadable", async () => {
  const page = Array.from({ length: 100 }, (_, index) => eventBody(9_000 - index));
  const { outbound, asked } = scriptedOutbound(() => answered({ events: page, total: 9_000 }));
  expect(await readEvents(outbound, "new-pricing", 0)).toBeNull();
  expect(asked).toHaveLength(20);
});

test("a flag without events has none", async () => {
  const { outbound } = scriptedOutbound(() => answered({ events: [], total: 0 }));
  expect(await readEvents(outbound, "new-pricing", 0)).toEqual([]);
});
