import { expect, test } from "vitest";
import { MINUTE } from "../../../src/domain/instant.ts";
import { aGate } from "../../support/builders.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

const PLAIN = aGate();
const TIED = aGate({ requires: [{ kind: "no-debt", flow: "order-to-cash" }] });
const MESSAGE =
  "`requires: no-debt` of checkout would hold it back and has no effect yet: it can be watched, not raised";

test("a gate with a key that would hold it back and does nothing yet starts no ramp, and watches", async () => {
  const world = createWorld({ gates: [TIED] });
  expect(await world.tell({ action: "act" })).toMatchObject({ kind: "done" });
  expect(await world.tell({ action: "start" })).toMatchObject({
    kind: "refused",
    code: "not-ready",
    message: expect.stringContaining(MESSAGE),
  });
  await world.run(60 * MINUTE);
  expect(world.flags.writes).toEqual([]);
  const status = await world.conductor().status("checkout", "advance");
  expect(status).toMatchObject({ open: false, exitCode: 3, verdict: "good" });
  expect(status?.because).toContainEqual(
    expect.objectContaining({ kind: "definition", code: "unbuilt", message: MESSAGE }),
  );
});

test("while it observes it says what it would do: nothing, and why", async () => {
  const world = createWorld({ gates: [TIED] });
  world.person().set(25);
  await world.run(60 * MINUTE);
  expect(world.heard.at(-1)?.verdict).toBe("good");
  expect((await world.record()).woulds.at(-1)).toMatchObject({ would: null, message: MESSAGE });
  world.metrics.set("errors", 0.06);
  await world.run(5 * MINUTE);
  expect((await world.record()).woulds.at(-1)).toMatchObject({ would: "rollback" });
});

test("a ramp that runs is not put under such a definition, and stands until the old one is back", async () => {
  const world = createWorld({ gates: [PLAIN] });
  await world.begin();
  await world.run(5 * MINUTE);
  expect(world.percent()).toBe(5);
  world.definitions.put(TIED);
  await world.run(60 * MINUTE);
  expect(world.percent()).toBe(5);
  expect(await world.tell({ action: "adopt-definition" })).toMatchObject({
    kind: "refused",
    message: expect.stringContaining(MESSAGE),
  });
  world.definitions.put(PLAIN);
  await world.run(60 * MINUTE);
  expect(world.percent()).toBeGreaterThan(5);
});
