import { expect, test } from "vitest";
import { MINUTE } from "../../../src/domain/instant.ts";
import { VERSION } from "../../../src/version.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

test("every pass with a row of its own can be made again, and is the same", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(5 * MINUTE);
  world.metrics.set("errors", 0.06);
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  const rows = world.decisions().filter(({ actor }) => actor === "clock");
  expect(rows.length).toBeGreaterThan(5);
  for (const { id } of rows) {
    expect(await world.conductor().replay(id)).toMatchObject({
      kind: "replayed",
      decision: { id },
      engine: { recorded: VERSION, running: VERSION },
      same: true,
      differences: [],
    });
  }
});

test("of passes that share a row the first is made again, as it was", async () => {
  const world = createWorld();
  await world.pass();
  world.metrics.set("errors", 0.004);
  const { lastPass } = await world.pass();
  const replayed = await world.conductor().replay(lastPass?.decision ?? "");
  expect(replayed).toMatchObject({ kind: "replayed", decision: { count: 2 }, same: true });
  const [kept, ...others] = world.store().allRecordings();
  expect(others).toEqual([]);
  expect(kept?.inputs.outcome.decision.signals[0]?.reading.value).toEqual({ kind: "known", value: 0 });
});

test("it goes by the definition of its time, not by the newest", async () => {
  const world = createWorld();
  const { lastPass } = await world.pass();
  world.definitions.put({ ...world.gate, signals: [] });
  await world.pass();
  expect(await world.conductor().replay(lastPass?.decision ?? "")).toMatchObject({ same: true });
});

test("a command was made from no readings, and what nobody decided is not there", async () => {
  const world = createWorld();
  const outcome = await world.tell({ action: "act" });
  const id = outcome.kind === "done" ? outcome.decision : "";
  expect(await world.conductor().replay(id)).toEqual({ kind: "no-inputs" });
  expect(await world.conductor().replay("dec_nobody")).toBeNull();
});
