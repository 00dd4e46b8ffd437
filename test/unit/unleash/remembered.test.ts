import { expect, test } from "vitest";
import type { OutboundReply } from "../../../src/lib/outbound.ts";
import { createFlags } from "../../../src/unleash/flags.ts";
import { createSightings } from "../../../src/unleash/sightings.ts";
import { flagTarget } from "../../support/flag-target.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { answered, scriptedOutbound, unanswered } from "../../support/scripted-outbound.ts";
import { flagBody, problemBody } from "../../support/unleash-bodies.ts";

const TARGET = flagTarget();

test("what the admin API showed last is remembered for telling what an SDK evaluates", async () => {
  const replies: OutboundReply[] = [
    answered(flagBody()),
    unanswered(),
    answered(problemBody("NotFoundError", "Could not find feature flag with name new-pricing"), 404),
  ];
  const { outbound } = scriptedOutbound(() => replies.shift());
  const sightings = createSightings();
  const flags = createFlags({ servers: { main: outbound }, clock: manualClock(), sightings });
  const ids = (): readonly string[] | undefined => sightings.last(TARGET)?.map(({ id }) => id);

  expect(ids()).toBeUndefined();
  await flags.observe(TARGET);
  expect(ids()).toEqual(["s1"]);
  await flags.observe(TARGET);
  expect(ids()).toEqual(["s1"]);
  await flags.observe(TARGET);
  expect(ids()).toEqual([]);
  expect(sightings.last(flagTarget({ environment: "test" }))).toBeNull();
});
