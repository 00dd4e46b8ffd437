import { z } from "zod";
import type { PreflightRefusal } from "../control/ports.ts";
import type { FlagTarget } from "../domain/gate.ts";
import { DAY, type Instant } from "../domain/instant.ts";
import type { Outbound } from "../lib/outbound.ts";
import { detailOf, readAdmin } from "./admin-answer.ts";
import { changeRequestPath, environmentPath } from "./admin-path.ts";
import { strategiesBody } from "./flag-body.ts";
import { isAllowed, userBody, type Permission } from "./rights.ts";

const NEEDED = {
  UPDATE_FEATURE_STRATEGY: "change the percent",
  UPDATE_FEATURE_ENVIRONMENT: "switch the environment off when a rollback cannot be written",
} as const;
const TOKEN_LEFT_MS = 7 * DAY;

/** `GET .../change-requests/config` of Unleash Enterprise; the open-source server does not know the path. */
const changeRequestBody = z.array(z.object({ environment: z.string(), changeRequestEnabled: z.boolean() }));
const patsBody = z.object({ pats: z.array(z.object({ expiresAt: z.iso.datetime({ offset: true }) })) });

/**
 * What only the server can tell. Rights are read, never tried: any PATCH, even one that changes nothing, writes the whole
 * strategy back and could undo what somebody else changes in the same moment.
 */
export async function preflightOnServer(
  outbound: Outbound,
  target: FlagTarget,
  now: Instant,
): Promise<readonly PreflightRefusal[]> {
  const user = await readAdmin(outbound, "/api/admin/user", userBody);
  if (user.kind !== "body") {
    const isToken = user.kind === "status" && (user.status === 401 || user.status === 403);
    return [{ code: isToken ? "token-refused" : "unreadable", message: detailOf(user) }];
  }
  const { permissions } = user.value;
  const isPerson = typeof user.value.user.id === "number";
  const [changeRequests, releasePlan, expiry] = await Promise.all([
    changeRequestRefusals(outbound, target, permissions),
    releasePlanRefusals(outbound, target),
    isPerson ? expiryRefusals(outbound, now) : [],
  ]);
  return [...rightRefusals(permissions, target), ...changeRequests, ...releasePlan, ...expiry];
}

function rightRefusals(permissions: readonly Permission[], target: FlagTarget): readonly PreflightRefusal[] {
  return Object.entries(NEEDED)
    .filter(([permission]) => !isAllowed(permissions, permission, target))
    .map(([permission, what]) => ({
      code: "no-right",
      message:
        `the Unleash token lacks ${permission} in project ${target.project}, environment ${target.environment}: ` +
        `Rampart could not ${what}`,
    }));
}

async function changeRequestRefusals(
  outbound: Outbound,
  target: FlagTarget,
  permissions: readonly Permission[],
): Promise<readonly PreflightRefusal[]> {
  const answer = await readAdmin(outbound, changeRequestPath(target.project), changeRequestBody);
  if (answer.kind === "status" && answer.status === 404) return [];
  if (answer.kind !== "body")
    return [{ code: "unreadable", message: `change requests: ${detailOf(answer)}` }];
  const isOn = answer.value.some(
    ({ environment, changeRequestEnabled }) => environment === target.environment && changeRequestEnabled,
  );
  if (!isOn || isAllowed(permissions, "SKIP_CHANGE_REQUEST", target)) return [];
  return [
    {
      code: "change-requests",
      message:
        `environment ${target.environment} asks for change requests and the token lacks SKIP_CHANGE_REQUEST: ` +
        "a rollback that waits for a review is not a rollback",
    },
  ];
}

/** The whole flag does not say which strategies belong to a release plan; the list of the environment does. */
async function releasePlanRefusals(
  outbound: Outbound,
  target: FlagTarget,
): Promise<readonly PreflightRefusal[]> {
  const answer = await readAdmin(outbound, `${environmentPath(target)}/strategies`, strategiesBody);
  if (answer.kind !== "body") return [{ code: "unreadable", message: `strategies: ${detailOf(answer)}` }];
  return answer.value
    .filter(({ milestoneId }) => typeof milestoneId === "string")
    .map(({ id, title }) => ({
      code: "release-plan",
      message: `strategy ${title ?? id} belongs to a release plan, which would move the percent as well`,
    }));
}

/** Unleash lists a user's tokens without saying which one asks, so it is certain only when all of them end soon. */
async function expiryRefusals(outbound: Outbound, now: Instant): Promise<readonly PreflightRefusal[]> {
  const answer = await readAdmin(outbound, "/api/admin/user/tokens", patsBody);
  if (answer.kind !== "body") return [];
  const ends = answer.value.pats.map(({ expiresAt }) => Date.parse(expiresAt));
  if (ends.length === 0 || Math.max(...ends) - now > TOKEN_LEFT_MS) return [];
  const last = new Date(Math.max(...ends)).toISOString().slice(0, 10);
  return [
    {
      code: "token-expiring",
      message: `the Unleash token ends on ${last}; without it no rollback can be written, so renew it first`,
    },
  ];
}
