import { expect, test } from "vitest";
import { MINUTE } from "../../../src/domain/instant.ts";
import type { OutboundReply } from "../../../src/lib/outbound.ts";
import { createFlags } from "../../../src/unleash/flags.ts";
import { createSightings } from "../../../src/unleash/sightings.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { answered, scriptedOutbound, unanswered } from "../../support/scripted-outbound.ts";

function asking(...replies: OutboundReply[]) {
  const clock = manualClock();
  const { outbound, asked } = scriptedOutbound(() => replies.shift());
  const flags = createFlags({ servers: { main: outbound }, clock, sightings: createSightings() });
  return { clock, flags, asked };
}

const user = (id: number): OutboundReply => answered({ user: { id }, permissions: [] });

test("the user is asked once, and again when the token may have been changed for another's", async () => {
  const { clock, flags, asked } = asking(user(2), user(9));
  expect(await flags.ownUserId("main")).toBe(2);
  clock.advance(4 * MINUTE);
  expect(await flags.ownUserId("main")).toBe(2);
  expect(asked).toHaveLength(1);
  clock.advance(MINUTE);
  expect(await flags.ownUserId("main")).toBe(9);
});

test("nobody is our user while Unleash gives no answer, and the next question is asked anew", async () => {
  const { flags } = asking(unanswered(), user(2));
  expect(await flags.ownUserId("main")).toBeNull();
  expect(await flags.ownUserId("main")).toBe(2);
});

test("a token without a user is known by the number that Unleash logs for it", async () => {
  const { flags } = asking(answered({ user: { internalAdminTokenUserId: -42 }, permissions: [] }));
  expect(await flags.ownUserId("main")).toBe(-42);
});

test("a token without any number is nobody", async () => {
  const { flags } = asking(answered({ user: {}, permissions: [] }));
  expect(await flags.ownUserId("main")).toBeNull();
});
