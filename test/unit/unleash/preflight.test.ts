import { expect, test } from "vitest";
import type { OutboundReply } from "../../../src/lib/outbound.ts";
import { preflightOnServer } from "../../../src/unleash/preflight.ts";
import { flagTarget } from "../../support/flag-target.ts";
import { answered, scriptedOutbound, unanswered } from "../../support/scripted-outbound.ts";
import { problemBody, strategyBody } from "../../support/unleash-bodies.ts";

const NOW = Date.UTC(2026, 0, 5);
const USER = "/api/admin/user";
const TOKENS = "/api/admin/user/tokens";
const CHANGE_REQUESTS = "/api/admin/projects/default/change-requests/config";
const STRATEGIES = "/api/admin/projects/default/features/new-pricing/environments/production/strategies";
const RIGHTS = ["UPDATE_FEATURE_STRATEGY", "UPDATE_FEATURE_ENVIRONMENT"].map((permission) => ({
  permission,
  project: "default",
  environment: "production",
}));

function userWith(permissions: readonly unknown[], user: unknown = { id: 2 }): OutboundReply {
  return answered({ user, permissions });
}

/** A server where nothing is in the way, but for what is given. */
async function codes(answers: Readonly<Record<string, OutboundReply>>): Promise<readonly string[]> {
  const fine: Readonly<Record<string, OutboundReply>> = {
    [USER]: userWith(RIGHTS),
    [TOKENS]: answered({ pats: [{ expiresAt: "2026-12-31T00:00:00.000Z" }] }),
    [CHANGE_REQUESTS]: answered(
      problemBody("NotFoundError", "The path you were looking for is not available."),
      404,
    ),
    [STRATEGIES]: answered([strategyBody({ milestoneId: null })]),
  };
  const { outbound, asked } = scriptedOutbound(({ path }) => answers[path] ?? fine[path]);
  const refusals = await preflightOnServer(outbound, flagTarget(), NOW);
  expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(["GET"]));
  return refusals.map(({ code }) => code);
}

test("an editor of the project on an open-source server is let through", async () => {
  expect(await codes({})).toEqual([]);
});

test.each([
  ["an administrator", [{ permission: "ADMIN" }], []],
  ["rights in every project", RIGHTS.map((right) => ({ ...right, project: "*", environment: null })), []],
  ["rights that name no place", RIGHTS.map(({ permission }) => ({ permission })), []],
  ["a viewer", [], ["no-right", "no-right"]],
  [
    "rights in another environment",
    RIGHTS.map((right) => ({ ...right, environment: "test" })),
    ["no-right", "no-right"],
  ],
  [
    "rights in another project",
    RIGHTS.map((right) => ({ ...right, project: "shop" })),
    ["no-right", "no-right"],
  ],
  ["no right to switch off", RIGHTS.slice(0, 1), ["no-right"]],
])("%s: %j gives %j", async (_, permissions, expected) => {
  expect(await codes({ [USER]: userWith(permissions) })).toEqual(expected);
});

test.each([
  [
    "a token that Unleash does not know",
    answered(problemBody("UnauthorizedError", "You must log in"), 401),
    "token-refused",
  ],
  ["a backend token", answered({ message: "invalid token" }, 403), "token-refused"],
  ["no answer", unanswered(), "unreadable"],
  ["an answer of another form", answered({ user: {} }), "unreadable"],
])("%s is refused", async (_, reply, code) => {
  expect(await codes({ [USER]: reply })).toEqual([code]);
});

const REVIEWED = answered([{ environment: "production", changeRequestEnabled: true, requiredApprovals: 1 }]);

test("change requests in the environment are refused, for a rollback would wait for a review", async () => {
  expect(await codes({ [CHANGE_REQUESTS]: REVIEWED })).toEqual(["change-requests"]);
});

test("change requests that the token may skip are no hindrance, nor are those of other environments", async () => {
  const skip = { permission: "SKIP_CHANGE_REQUEST", project: "default", environment: "production" };
  expect(await codes({ [CHANGE_REQUESTS]: REVIEWED, [USER]: userWith([...RIGHTS, skip]) })).toEqual([]);
  const elsewhere = answered([
    { environment: "test", changeRequestEnabled: true },
    { environment: "production", changeRequestEnabled: false },
  ]);
  expect(await codes({ [CHANGE_REQUESTS]: elsewhere })).toEqual([]);
});

test("what cannot be read is not taken for granted", async () => {
  expect(await codes({ [CHANGE_REQUESTS]: answered("", 500) })).toEqual(["unreadable"]);
  expect(await codes({ [STRATEGIES]: answered("", 500) })).toEqual(["unreadable"]);
});

test("every strategy of a release plan is named", async () => {
  const strategies = [
    strategyBody(),
    strategyBody({ id: "s2", milestoneId: "m1" }),
    strategyBody({ id: "s3", title: null, milestoneId: "m2" }),
  ];
  expect(await codes({ [STRATEGIES]: answered(strategies) })).toEqual(["release-plan", "release-plan"]);
});

const ending = (...dates: readonly string[]): OutboundReply =>
  answered({ pats: dates.map((date) => ({ expiresAt: `${date}T00:00:00.000Z` })) });

test.each([
  ["within a week", ending("2026-01-12"), ["token-expiring"]],
  ["later", ending("2026-01-13"), []],
  ["soon, of several of which one lasts", ending("2026-01-06", "2027-01-01"), []],
  ["not at all, for there is no list", answered("", 404), []],
  ["not at all, for the list is empty", ending(), []],
])("a personal token that ends %s: %j gives %j", async (_, reply, expected) => {
  expect(await codes({ [TOKENS]: reply })).toEqual(expected);
});

test("a token of no user has no list of personal tokens to look at", async () => {
  const admin = userWith([{ permission: "ADMIN" }], { internalAdminTokenUserId: -42 });
  expect(await codes({ [USER]: admin, [TOKENS]: ending("2026-01-06") })).toEqual([]);
});
