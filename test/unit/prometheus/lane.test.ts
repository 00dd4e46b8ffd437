import { expect, it } from "vitest";
import { createLane } from "../../../src/prometheus/lane.ts";

it("lets as many through as it has places, and the next when one leaves, in order", async () => {
  const lane = createLane(2);
  const order: string[] = [];
  const first = await lane.enter(0);
  const second = await lane.enter(0);
  const third = lane.enter(10_000).then((leave) => {
    order.push("third");
    return leave;
  });
  const fourth = lane.enter(10_000).then((leave) => {
    order.push("fourth");
    return leave;
  });
  expect(await lane.enter(0)).toBeNull();

  first?.();
  (await third)?.();
  (await fourth)?.();
  second?.();
  expect(order).toEqual(["third", "fourth"]);
  expect(await lane.enter(0)).not.toBeNull();
});

it("gives up waiting in time and does not keep a place for who gave up", async () => {
  const lane = createLane(1);
  const leave = await lane.enter(0);
  expect(await lane.enter(20)).toBeNull();
  leave?.();
  expect(await lane.enter(0)).not.toBeNull();
});

it("counts a place that is left twice once", async () => {
  const lane = createLane(1);
  const leave = await lane.enter(0);
  leave?.();
  leave?.();
  expect(await lane.enter(0)).not.toBeNull();
  expect(await lane.enter(0)).toBeNull();
});
