import { expect, test } from "vitest";
import type { OutboundReply } from "../../../src/lib/outbound.ts";
import { createFlags } from "../../../src/unleash/flags.ts";
import { createSightings } from "../../../src/unleash/sightings.ts";
import { flagTarget } from "../../support/flag-target.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { answered, scriptedOutbound, unanswered } from "../../support/scripted-outbound.ts";
import { problemBody } from "../../support/unleash-bodies.ts";

const TARGET = flagTarget();
const ENVIRONMENT = "/api/admin/projects/default/features/new-pricing/environments/production";

function flagsAnswering(reply: OutboundReply) {
  const { outbound, asked } = scriptedOutbound(() => reply);
  const flags = createFlags({
    servers: { main: outbound },
    clock: manualClock(),
    sightings: createSightings(),
  });
  return { flags, asked };
}

test("a raise tests title and rollout, then replaces exactly these two", async () => {
  const { flags, asked } = flagsAnswering(answered({}));
  await flags.write(TARGET, "s1", 25, "text [rampart 2/3 #abc.1.2]", { title: "text", rollout: 10 });
  expect(asked).toEqual([
    {
      method: "PATCH",
      path: `${ENVIRONMENT}/strategies/s1`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify([
        { op: "test", path: "/title", value: "text" },
        { op: "test", path: "/parameters/rollout", value: "10" },
        { op: "replace", path: "/parameters/rollout", value: "25" },
        { op: "replace", path: "/title", value: "text [rampart 2/3 #abc.1.2]" },
      ]),
    },
  ]);
});

test("a new groupId is added behind percent and title, for the strategy may have none", async () => {
  const { flags, asked } = flagsAnswering(answered({}));
  await flags.write(
    TARGET,
    "s1",
    0,
    "t",
    { title: "text", rollout: 0 },
    { kind: "group", groupId: "pricing~run_2" },
  );
  expect(JSON.parse(asked[0]?.body ?? "")).toEqual([
    { op: "test", path: "/title", value: "text" },
    { op: "test", path: "/parameters/rollout", value: "0" },
    { op: "replace", path: "/parameters/rollout", value: "0" },
    { op: "replace", path: "/title", value: "t" },
    { op: "add", path: "/parameters/groupId", value: "pricing~run_2" },
  ]);
});

test("a lowering write tests nothing", async () => {
  const { flags, asked } = flagsAnswering(answered({}));
  await flags.write(TARGET, "s1", 0, "t", null);
  expect(JSON.parse(asked[0]?.body ?? "")).toEqual([
    { op: "replace", path: "/parameters/rollout", value: "0" },
    { op: "replace", path: "/title", value: "t" },
  ]);
});

test("a title that does not exist yet is tested as null", async () => {
  const { flags, asked } = flagsAnswering(answered({}));
  await flags.write(TARGET, "s1", 5, "t", { title: null, rollout: 0 });
  expect(JSON.parse(asked[0]?.body ?? "")[0]).toEqual({ op: "test", path: "/title", value: null });
});

test("switching off is one request, and there is none that switches on", async () => {
  const { flags, asked } = flagsAnswering(answered(""));
  expect(await flags.switchOff(TARGET)).toEqual({ kind: "accepted" });
  expect(asked).toEqual([{ method: "POST", path: `${ENVIRONMENT}/off` }]);
});

test.each([
  ["200", answered({ id: "s1" }), { kind: "accepted" }],
  ["204", answered("", 204), { kind: "accepted" }],
  [
    "202, as a change request may be answered",
    answered("", 202),
    { kind: "unsure", detail: "Unleash answered 202" },
  ],
  [
    "400",
    answered(problemBody("BadDataError", "must be string"), 400),
    { kind: "refused", status: 400, detail: "Unleash answered 400: must be string" },
  ],
  ["401", answered("", 401), { kind: "refused", status: 401, detail: "Unleash answered 401" }],
  [
    "403",
    answered(problemBody("PermissionError", 'you need the "SKIP_CHANGE_REQUEST" permission'), 403),
    {
      kind: "refused",
      status: 403,
      detail: 'Unleash answered 403: you need the "SKIP_CHANGE_REQUEST" permission',
    },
  ],
  ["404", answered("", 404), { kind: "refused", status: 404, detail: "Unleash answered 404" }],
  ["429", answered("", 429), { kind: "unsure", detail: "Unleash answered 429" }],
  [
    "a failed test, without the strategy that the server quotes",
    answered(
      problemBody("UnknownError", 'Test operation failed\nname: TEST_OPERATION_FAILED\ntree: {"id":"s1"}'),
      500,
    ),
    { kind: "unsure", detail: "Unleash answered 500: Test operation failed" },
  ],
  ["503", answered("<html>busy</html>", 503), { kind: "unsure", detail: "Unleash answered 503" }],
  ["no answer", unanswered(), { kind: "unsure", detail: "no answer: timeout" }],
  ["a redirect", unanswered("redirect"), { kind: "unsure", detail: "no answer: redirect" }],
])("after %s the outcome is what can be known", async (_, reply, outcome) => {
  const { flags } = flagsAnswering(reply);
  expect(await flags.write(TARGET, "s1", 5, "t", null)).toEqual(outcome);
  expect(await flags.switchOff(TARGET)).toEqual(outcome);
});

test("a server that is not configured is never asked and never believed", async () => {
  const { flags, asked } = flagsAnswering(answered({}));
  const elsewhere = flagTarget({ server: "other" });
  expect(await flags.observe(elsewhere)).toMatchObject({
    kind: "unreadable",
    detail: expect.stringContaining("other"),
  });
  expect(await flags.write(elsewhere, "s1", 5, "t", null)).toMatchObject({ kind: "unsure" });
  expect(await flags.switchOff(elsewhere)).toMatchObject({ kind: "unsure" });
  expect(await flags.events(elsewhere, null)).toBeNull();
  expect(await flags.preflight(elsewhere)).toMatchObject([{ code: "unknown-server" }]);
  expect(await flags.ownUserId("other")).toBeNull();
  expect(asked).toEqual([]);
});
