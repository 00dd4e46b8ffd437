import type { Metrics, Silencers } from "../../control/ports.ts";
import { GREATEST_SKEW } from "../../domain/growth.ts";
import { type Instant, type Millis, formatMillis } from "../../domain/instant.ts";
import type { Unknown } from "../../domain/reading.ts";
import type { Catalogue } from "../ports.ts";
import { type Finding, ok, skipped, unseen, warning, fault } from "./finding.ts";

export type SourcePorts = {
  readonly metrics: Metrics;
  readonly catalogue: Catalogue;
  readonly silencers: Silencers;
};

/** The oldest version Rampart is tested with. */
const TESTED = { major: 2, minor: 42 } as const;
const MOST_NAMED = 5;

type Answered<T> = Extract<T, { readonly kind: "known" }> | Unknown;
type Targets = Answered<Awaited<ReturnType<Catalogue["targets"]>>>;
type Rules = Answered<Awaited<ReturnType<Catalogue["allAlertRules"]>>>;
type Version = Answered<Awaited<ReturnType<Catalogue["buildInfo"]>>>;

/** Everything about one Prometheus. When it does not answer at all, that is said once. */
export async function checkSource(
  source: string,
  ports: SourcePorts,
  hasGuards: boolean,
  now: Instant,
): Promise<readonly Finding[]> {
  const [probe] = (await ports.metrics.ask(source, ["vector(1)"], now)).values();
  if (probe === undefined || probe.kind === "unknown") {
    return [checkReachable(source, probe?.detail ?? "there was no answer")];
  }
  const [version, rules, targets, silencing] = await Promise.all([
    ports.catalogue.buildInfo(source),
    ports.catalogue.allAlertRules(source),
    ports.catalogue.targets(source),
    checkSilences(source, ports.silencers, hasGuards, now),
  ]);
  return [
    checkVersion(source, version),
    checkClock(`prometheus ${source}: clock`, ports.metrics.clockSkewMs(source)),
    checkRules(source, rules),
    ...checkTargets(source, targets),
    silencing,
  ];
}

function checkReachable(source: string, detail: string): Finding {
  const mend = `see that sources.${source}.url is right, and that it answers from this machine with these credentials`;
  return unseen(`prometheus ${source}`, `cannot be asked: ${detail}`, mend);
}

function checkVersion(source: string, answer: Version): Finding {
  const check = `prometheus ${source}`;
  if (answer.kind === "unknown") {
    const message = `answers queries, and does not tell its version: ${answer.detail}`;
    return warning(check, message, "nothing, if the findings about signals below are well");
  }
  const [major = 0, minor = 0] = answer.version.split(".").map(Number);
  const isOlder = major < TESTED.major || (major === TESTED.major && minor < TESTED.minor);
  if (!isOlder) return ok(check, `answers, version ${answer.version}`);
  const message = `answers, version ${answer.version}; the oldest Rampart is tested with is ${TESTED.major}.${TESTED.minor}`;
  return warning(check, message, "upgrade it, or try each gate with `rampart check <file>` first");
}

/** Evidence is judged by our clock; one that is off makes fresh data old or old data fresh. */
export function checkClock(check: string, skewMs: Millis | null): Finding {
  if (skewMs === null) {
    return warning(
      check,
      "its answers carry no date, so clocks cannot be compared",
      "keep both clocks by NTP",
    );
  }
  if (Math.abs(skewMs) <= GREATEST_SKEW) return ok(check, "agrees with ours");
  const which = skewMs > 0 ? "ahead of" : "behind";
  const message = `ours is ${formatMillis(Math.abs(skewMs))} ${which} it; beyond ${formatMillis(GREATEST_SKEW)} no exposure grows`;
  return fault(check, message, "keep both clocks by NTP");
}

function checkRules(source: string, answer: Rules): Finding {
  const check = `prometheus ${source}: alerting rules`;
  if (answer.kind === "unknown") {
    const mend = "let Rampart read /api/v1/rules; without it no gate may have `alerts`";
    return warning(check, `cannot be read: ${answer.detail}`, mend);
  }
  const broken = answer.rules.filter(({ health }) => health === "err");
  if (broken.length === 0) return ok(check, `${answer.rules.length}, all evaluated`);
  const names = listed(broken.map(({ name, lastError }) => `${name} (${lastError ?? "no reason given"})`));
  return warning(check, `${broken.length} cannot be evaluated: ${names}`, "mend their expressions");
}

function checkTargets(source: string, answer: Targets): readonly Finding[] {
  const check = `prometheus ${source}: targets`;
  const scrapes = `prometheus ${source}: scrape intervals`;
  if (answer.kind === "unknown") {
    const mend = `set sources.${source}.scrapeInterval to the longest interval there is: freshness rests on it`;
    return [warning(scrapes, `cannot be found out: ${answer.detail}`, mend)];
  }
  const down = answer.targets.filter(({ health }) => health === "down");
  const intervals = answer.targets.flatMap(({ scrapeIntervalMs }) => scrapeIntervalMs ?? []);
  const names = listed(down.map(({ job, instance }) => `${job} at ${instance}`));
  return [
    down.length === 0
      ? ok(check, `${answer.targets.length}, none down`)
      : warning(
          check,
          `${down.length} of ${answer.targets.length} down: ${names}`,
          "see why they do not answer scrapes",
        ),
    ...(intervals.length === 0 ? [] : [ok(scrapes, spanOf(intervals))]),
  ];
}

function spanOf(intervals: readonly Millis[]): string {
  const [least, most] = [Math.min(...intervals), Math.max(...intervals)].map(formatMillis);
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** Asks about an alert nobody has: silences are not read for none. */
async function checkSilences(
  source: string,
  silencers: Silencers,
  hasGuards: boolean,
  now: Instant,
): Promise<Finding> {
  const check = `alertmanager of ${source}`;
  const answer = await silencers.silences(source, [{ alertname: "RampartDoctor" }], now);
  switch (answer.kind) {
    case "known":
      return ok(check, "answers; silences are seen");
    case "not-configured": {
      const message = "is not configured: silences are not seen, so a silenced alert acts like any other";
      const mend = `name it under sources.${source}.alertmanager`;
      return hasGuards
        ? warning(check, message, mend)
        : skipped(check, "is not configured, and no gate has `alerts`", `${mend} before one has`);
    }
    case "unknown":
      return unseen(
        check,
        `cannot be asked: ${answer.detail}`,
        `see that sources.${source}.alertmanager.url is right`,
      );
  }
}

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
