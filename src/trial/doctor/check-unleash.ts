import type { Flags } from "../../control/ports.ts";
import type { FlagTarget, Gate } from "../../domain/gate.ts";
import { DAY, type Instant, formatMillis } from "../../domain/instant.ts";
import { parseRollout } from "../../domain/percent.ts";
import { audienceShown, segmentNames } from "../../domain/audience.ts";
import { type SegmentsSeen, audienceRefusals, segmentIdsOf } from "../../domain/audience-preflight.ts";
import type { FlagRecord, StrategySeen } from "../../domain/flag.ts";
import { type FlagRefusal, preflight, strategyOf } from "../../domain/preflight.ts";
import { wayOut } from "../../domain/way-out.ts";
import { reachText, whomShown } from "../../domain/reach.ts";
import type { FlagServers, NotTold } from "../ports.ts";
import { checkClock } from "./check-source.ts";
import { fault, type Finding, ok, unseen, warning } from "./finding.ts";

export type UnleashPorts = { readonly flags: Flags; readonly servers: FlagServers };

/** Versions Rampart is tested with. */
const TESTED: readonly string[] = ["7", "8"];
const ENDS_SOON_MS = 7 * DAY;

/** One server and the admin token. Its first finding says whether it could be asked at all. */
export async function checkServer(
  server: string,
  ports: UnleashPorts,
  now: Instant,
): Promise<readonly Finding[]> {
  const about = await ports.servers.about(server);
  if (about.kind !== "told") return [notTold(`unleash ${server}`, about, `unleash.${server}.tokenFile`)];
  return [
    checkVersion(server, about.version),
    checkClock(`unleash ${server}: clock`, about.clockSkewMs),
    await checkToken(server, ports.servers, now),
  ];
}

function notTold(check: string, answer: NotTold, key: string): Finding {
  return answer.kind === "refused"
    ? fault(
        check,
        `refuses our token: ${answer.detail}`,
        `put a valid token where ${key} or its variable says`,
      )
    : unseen(
        check,
        `cannot be asked: ${answer.detail}`,
        "see that its URL under `unleash` is right and answers from this machine",
      );
}

function checkVersion(server: string, version: string | null): Finding {
  const check = `unleash ${server}`;
  if (version === null) {
    return warning(
      check,
      "answers, and does not tell its version",
      "try one flag in a test environment first",
    );
  }
  const [major = ""] = version.split(".");
  if (TESTED.includes(major)) return ok(check, `answers, version ${version}`);
  const message = `answers, version ${version}; Rampart is tested with ${TESTED.join(" and ")}`;
  return warning(check, message, "try one flag in a test environment first");
}

async function checkToken(server: string, servers: FlagServers, now: Instant): Promise<Finding> {
  const check = `unleash ${server}: token`;
  const token = await servers.token(server);
  if (token.kind !== "told") return notTold(check, token, `unleash.${server}.tokenFile`);
  if (token.owner === "environment") {
    const message =
      "was seeded through the server's environment: changes of ours stand in its event log as nobody's";
    return warning(check, message, "make a user or service account for Rampart, and use its token");
  }
  if (token.ends === null || token.ends.length === 0) {
    return ok(check, "is a user's; Unleash does not tell when it ends");
  }
  return checkEnd(check, token.ends, now);
}

/** Unleash lists all tokens of the user without saying which one asks. */
function checkEnd(check: string, ends: readonly Instant[], now: Instant): Finding {
  const valid = ends.filter((end) => end > now);
  const [first, last] = [Math.min(...valid) - now, Math.max(...valid) - now];
  const which =
    valid.length === 1
      ? `is a user's and ends in ${formatMillis(first)}`
      : `is one of ${valid.length} of its user, which end in ${formatMillis(first)} to ${formatMillis(last)}; which one it is cannot be told`;
  const mend = "make a new one in time and put it in place of the old; the file is read at each request";
  if (first > ENDS_SOON_MS) return ok(check, which);
  // Preflight refuses starts only when it is certain.
  return last > ENDS_SOON_MS
    ? warning(check, which, mend)
    : fault(check, `${which}; within ${formatMillis(ENDS_SOON_MS)} no ramp starts`, mend);
}

/** What SDKs of an environment are served, and the stop switch there. */
export async function checkServed(
  server: string,
  environment: string,
  servers: FlagServers,
): Promise<readonly Finding[]> {
  const check = `unleash ${server}: backend token of ${environment}`;
  const key = `unleash.${server}.clientTokenFile`;
  const answer = await servers.served(server, environment);
  if (answer.kind === "no-token") {
    const message = "is not configured: what SDKs see and the stop switch are unknown, so no exposure grows";
    return [
      fault(check, message, `make a backend token of ${environment} in Unleash and name its file in ${key}`),
    ];
  }
  if (answer.kind !== "told") return [notTold(check, answer, key)];
  if (answer.environment !== null && answer.environment !== environment) {
    const message = `is one of environment ${answer.environment}: it would show what others are served`;
    return [
      fault(check, message, `make a backend token of ${environment} in Unleash and name its file in ${key}`),
    ];
  }
  return [ok(check, "works"), checkStop(server, environment, answer.stopSwitch)];
}

function checkStop(server: string, environment: string, state: "absent" | "off" | "on"): Finding {
  const check = `unleash ${server}: stop switch in ${environment}`;
  switch (state) {
    case "absent":
      return ok(check, "there is no flag rampart.stop, so it is off");
    case "off":
      return ok(check, "off");
    case "on":
      return warning(
        check,
        "rampart.stop is on: no exposure grows there",
        "switch it off in Unleash when that is over",
      );
  }
}

/** The flag of one gate: whether a ramp could start on it as it stands, and whether we could write. */
export async function checkFlag(
  gate: Gate,
  target: FlagTarget,
  flags: Flags,
  purpose: "act" | "observe",
): Promise<readonly Finding[]> {
  const check = `gate ${gate.name}: flag ${target.name}`;
  const [seen, server, segments] = await Promise.all([
    flags.observe(target),
    flags.preflight(target),
    segmentNames(gate).length === 0 ? null : flags.segments(target),
  ]);
  if (seen.kind === "unreadable") {
    return [unseen(check, `cannot be read: ${seen.detail}`, "see the findings about Unleash")];
  }
  const strategy = seen.kind === "seen" ? strategyOf(target, seen) : null;
  const percent = parseRollout(strategy?.rollout ?? "");
  // Where it stands is no fault: a ramp may be under way.
  const own = preflight(target, seen, percent);
  const found = own.kind === "refused" ? own.refusals : besideItsOwn(gate, own.record, segments);
  const refusals = [...found, ...server].filter(
    ({ code }, index, all) => all.findIndex((each) => each.code === code) === index || code === "no-right",
  );
  const only = purpose === "observe" || gate.mode === "observe";
  const findings = refusals.map(({ code, message }) =>
    code === "unreadable"
      ? unseen(check, message, wayOut(code))
      : only
        ? warning(check, `${message} (no harm while the gate only observes)`, wayOut(code))
        : fault(check, message, wayOut(code)),
  );
  const isDefault = strategy !== null && (strategy.stickiness ?? "default") === "default";
  return [
    ...(findings.length === 0
      ? [ok(check, `stands at ${standsAt(gate, segments, strategy, percent)}, and may be written`)]
      : findings),
    ...(isDefault ? [warning(check, STICKS_BY_DEFAULT, STICKINESS_MEND)] : []),
  ];
}

function standsAt(
  gate: Gate,
  segments: SegmentsSeen,
  strategy: StrategySeen | null,
  percent: number | null,
): string {
  const names = segmentIdsOf(gate, segments);
  const whom = strategy === null ? undefined : whomShown(gate, names, strategy);
  return reachText(percent ?? 0, whom);
}

/** A segment of a step that stands in the strategy may have been put there by the ramp. */
function besideItsOwn(gate: Gate, record: FlagRecord, segments: SegmentsSeen): readonly FlagRefusal[] {
  const left = audienceShown(gate, segmentIdsOf(gate, segments), record) ?? undefined;
  return audienceRefusals(gate, { ...record, rollout: 0 }, segments, left);
}

const STICKS_BY_DEFAULT = "sticks by `default`, which is random for everyone without user or session";
const STICKINESS_MEND = "set the field that identifies what is exposed, such as userId, in Unleash";
