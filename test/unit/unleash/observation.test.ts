import { expect, test } from "vitest";
import type { OutboundReply } from "../../../src/lib/outbound.ts";
import { observeFlag } from "../../../src/unleash/observation.ts";
import { flagTarget } from "../../support/flag-target.ts";
import { answered, scriptedOutbound, unanswered } from "../../support/scripted-outbound.ts";
import { flagBody, problemBody, strategyBody } from "../../support/unleash-bodies.ts";

const FLAG = "/api/admin/projects/default/features/new-pricing";

function observe(answers: Readonly<Record<string, OutboundReply>>) {
  const { outbound } = scriptedOutbound(({ path }) => answers[path]);
  return observeFlag(outbound, flagTarget());
}

function segmentReply(id: number): OutboundReply {
  const constraints = [{ contextName: "userId", operator: "IN", values: ["z", "y"] }];
  return answered({ id, name: "pilots", constraints });
}

function observeWithSegments(strategy: unknown) {
  return observe({
    [FLAG]: answered(flagBody({}, [strategy])),
    "/api/admin/segments/4": segmentReply(4),
    "/api/admin/segments/7": segmentReply(7),
  });
}

test("the strategies are those of the environment meant, raw parameters and all", async () => {
  const strategies = [strategyBody({ milestoneId: "m1" }), { id: "s2", name: "default" }];
  expect(await observe({ [FLAG]: answered(flagBody({}, strategies)) })).toEqual({
    kind: "seen",
    project: "default",
    archived: false,
    environmentEnabled: true,
    strategies: [
      {
        id: "s1",
        kind: "flexibleRollout",
        title: "Gradual rollout",
        disabled: false,
        rollout: "10",
        groupId: "new-pricing",
        stickiness: "orderId",
        constraints: "[]",
        segments: "[]",
        variants: "[]",
        milestoneId: "m1",
      },
      {
        id: "s2",
        kind: "default",
        title: null,
        disabled: false,
        rollout: null,
        groupId: null,
        stickiness: null,
        constraints: "[]",
        segments: "[]",
        variants: "[]",
        milestoneId: null,
      },
    ],
  });
});

test("equal audiences give equal texts however the server orders keys, values, constraints and segments", async () => {
  const one = strategyBody({
    constraints: [
      { contextName: "appName", operator: "NUM_GT", value: "3", values: [] },
      { contextName: "userId", operator: "IN", values: ["b", "a"], inverted: false, caseInsensitive: false },
    ],
    segments: [7, 4],
    variants: [{ name: "v", weight: 1000 }],
  });
  const other = strategyBody({
    constraints: [
      { values: ["a", "b"], operator: "IN", contextName: "userId" },
      { operator: "NUM_GT", contextName: "appName", value: "3" },
    ],
    segments: [4, 7],
    variants: [{ weight: 1000, name: "v" }],
  });
  const seen = await observeWithSegments(one);
  expect(seen).toEqual(await observeWithSegments(other));
  expect(seen).toMatchObject({
    strategies: [{ segments: expect.stringMatching(/"id":4.*"y","z".*"id":7/) }],
  });
});

test("a rollout that is not even a string is kept as it is written", async () => {
  const strategy = strategyBody({ parameters: { rollout: 50 } });
  expect(await observe({ [FLAG]: answered(flagBody({}, [strategy])) })).toMatchObject({
    strategies: [{ rollout: "50" }],
  });
});

test("a flag that Unleash does not find is absent", async () => {
  const reply = answered(
    problemBody("NotFoundError", 'There\'s no feature named "new-pricing" in project "default".'),
    404,
  );
  expect(await observe({ [FLAG]: reply })).toEqual({ kind: "absent", what: "flag" });
});

test("an environment that the flag has not is absent", async () => {
  expect(await observe({ [FLAG]: answered(flagBody({ environments: [] })) })).toEqual({
    kind: "absent",
    what: "environment",
  });
});

test("a flag that was moved is seen in its new project, for it still serves", async () => {
  const message =
    'There\'s no feature named "new-pricing" in project "default", but there\'s a feature with that name in project "shop"';
  const moved = {
    [FLAG]: answered(problemBody("NotFoundError", message), 404),
    "/api/admin/projects/shop/features/new-pricing": answered(flagBody({ project: "shop" })),
  };
  expect(await observe(moved)).toMatchObject({ kind: "seen", project: "shop", strategies: [{ id: "s1" }] });
});

test.each([
  ["no answer", unanswered(), /timeout/],
  ["more than the limit", unanswered("too-large"), /too-large/],
  ["a redirect to a login page", unanswered("redirect"), /redirect/],
  [
    "a page of HTML",
    answered("<!DOCTYPE html><title>Sign in</title>"),
    /not what the admin API of Unleash sends/,
  ],
  ["a proxy's 404", answered("not here", 404), /404/],
  [
    "a path that this server does not know",
    answered(problemBody("NotFoundError", "The path you were looking for (/x) is not available."), 404),
    /path you were looking for/,
  ],
  ["no session", answered(problemBody("UnauthorizedError", "You must log in"), 401), /401: You must log in/],
  ["an error without a body", answered("", 403), /answered 403$/],
  ["another flag", answered(flagBody({ name: "other" })), /another flag/],
  ["environments of another form", answered(flagBody({ environments: {} })), /at environments/],
  [
    "a strategy without an id",
    answered(flagBody({}, [strategyBody({ id: undefined })])),
    /strategies\.0\.id/,
  ],
  [
    "a segment that cannot be read",
    answered(flagBody({}, [strategyBody({ segments: [4] })])),
    /segment 4: .*404/,
  ],
])("%s is unreadable, and says so", async (_, reply, detail) => {
  expect(await observe({ [FLAG]: reply })).toEqual({
    kind: "unreadable",
    detail: expect.stringMatching(detail),
  });
});

test("another segment than the one asked for is unreadable", async () => {
  const answers = {
    [FLAG]: answered(flagBody({}, [strategyBody({ segments: [4] })])),
    "/api/admin/segments/4": answered({ id: 5, constraints: [] }),
  };
  expect(await observe(answers)).toMatchObject({
    kind: "unreadable",
    detail: expect.stringContaining("segment 4"),
  });
});

test("names that mean something in a URL are encoded", async () => {
  const { outbound, asked } = scriptedOutbound(() => undefined);
  await observeFlag(outbound, flagTarget({ project: "a/b", name: "x?y" }));
  expect(asked[0]?.path).toBe("/api/admin/projects/a%2Fb/features/x%3Fy");
});

test("our own token, quoted back in an error, is struck out", async () => {
  const reply = answered(problemBody("Odd", "token s3cret is wrong"), 400);
  expect(await observe({ [FLAG]: reply })).toMatchObject({
    detail: "Unleash answered 400: token *** is wrong",
  });
});
