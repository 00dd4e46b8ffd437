import type { Clock, Expecting, Flags, MoreToWrite, Served, WriteOutcome } from "../control/ports.ts";
import { segmentNames, segmentsOf } from "../domain/audience.ts";
import type { FlagEvent, PinnedAudience, StrategySeen } from "../domain/flag.ts";
import type { FlagTarget, Gate } from "../domain/gate.ts";
import { SECOND, type Instant, type Millis } from "../domain/instant.ts";
import { type Percent, parseRollout } from "../domain/percent.ts";

/** An SDK asks anew so often. */
const REFRESH_MS: Millis = 15 * SECOND;
const OWN_USER = { name: "rampart", userId: 2 };
const SOMEBODY_ID = 3;

/** The flag of a gate on a server of its own, which answers at once and does as it is told. */
export type FlagStand = {
  readonly flags: Flags;
  readonly served: Served;
  /** What an SDK would let through; 0 where the environment is off. */
  percent(): Percent;
  /** A person moves the percent by hand. */
  edit(to: Percent, by: string): void;
};

type Standing = { readonly at: Instant; readonly enabled: boolean; readonly strategy: StrategySeen };

/** A flag that stands at a percent, for an audience or for everybody. */
export function createFlagStand(
  gate: Gate,
  target: FlagTarget,
  start: { readonly percent: Percent; readonly audience: PinnedAudience | null },
  clock: Clock,
): FlagStand {
  const companions = target.also.map((title, index) =>
    strategyOf(target, { id: `companion-${index + 1}`, title }),
  );
  const own = strategyOf(target, {
    id: "strategy",
    title: target.strategy,
    rollout: String(start.percent),
    ...reachOf(start.audience),
  });
  const history: Standing[] = [{ at: -Infinity, enabled: true, strategy: own }];
  const events: FlagEvent[] = [];
  const now = (): Standing => history.at(-1) ?? { at: 0, enabled: false, strategy: own };

  function change(
    to: Partial<Standing>,
    by: { readonly name: string; readonly userId: number },
    type: string,
  ): void {
    const before = now();
    const after = { ...before, ...to, at: clock.now() };
    history.push(after);
    const { strategy } = after;
    events.push({
      id: events.length + 1,
      type,
      at: clock.now(),
      by: by.name,
      byUserId: by.userId,
      environment: target.environment,
      strategyId: to.strategy === undefined ? null : strategy.id,
      rolloutBefore: to.strategy === undefined ? null : before.strategy.rollout,
      rolloutAfter: to.strategy === undefined ? null : strategy.rollout,
      titleAfter: to.strategy === undefined ? null : strategy.title,
      reachAfter: { constraints: strategy.constraints, segments: segmentsOf(strategy) },
    });
  }

  function write(
    to: Percent,
    title: string,
    expecting: Expecting | null,
    more: MoreToWrite | undefined,
  ): WriteOutcome {
    const { strategy } = now();
    // Unleash answers a failed test with 500.
    if (expecting !== null && !isExpected(strategy, expecting))
      return { kind: "unsure", detail: "Unleash answered 500: Test operation failed" };
    const written = { ...strategy, rollout: String(to), title, ...besides(more) };
    change({ strategy: written }, OWN_USER, "feature-strategy-update");
    return { kind: "accepted" };
  }

  return {
    flags: {
      observe: () =>
        Promise.resolve({
          kind: "seen",
          project: target.project,
          archived: false,
          environmentEnabled: now().enabled,
          strategies: [now().strategy, ...companions],
        }),
      preflight: () => Promise.resolve([]),
      segments: () => Promise.resolve(segmentsIn(gate)),
      write: (_target, _strategy, to, title, expecting, more) =>
        Promise.resolve(write(to, title, expecting, more)),
      switchOff() {
        change({ enabled: false }, OWN_USER, "feature-environment-disabled");
        return Promise.resolve({ kind: "accepted" });
      },
      events: (_target, after) =>
        Promise.resolve(after === null ? events.slice(-20) : events.filter(({ id }) => id > after)),
      ownUserId: () => Promise.resolve(OWN_USER.userId),
    },
    served: {
      observe() {
        const refreshed = Math.floor(clock.now() / REFRESH_MS) * REFRESH_MS;
        const { enabled, strategy } = history.findLast(({ at }) => at <= refreshed) ?? now();
        const strategies = [strategy, ...companions].map(({ id, rollout }) => ({ id, rollout }));
        return Promise.resolve({ kind: "seen", enabled, strategies, at: refreshed });
      },
      stopSwitch: () => "off",
    },
    percent() {
      const { enabled, strategy } = now();
      return enabled ? (parseRollout(strategy.rollout ?? "") ?? 0) : 0;
    },
    edit(to, by) {
      const { strategy } = now();
      const after = { ...strategy, rollout: String(to) };
      change({ strategy: after }, { name: by, userId: SOMEBODY_ID }, "feature-strategy-update");
    },
  };
}

/** The segments that the steps of a gate name, as a server has them. */
export function segmentsIn(gate: Gate): ReadonlyMap<string, number> {
  return new Map([...new Set(segmentNames(gate))].map((name, index) => [name, index + 1]));
}

function isExpected(strategy: StrategySeen, { title, rollout, segments, constraints }: Expecting): boolean {
  return (
    strategy.title === title &&
    strategy.rollout === String(rollout) &&
    (segments === undefined || JSON.stringify(segmentsOf(strategy)) === JSON.stringify(segments)) &&
    (constraints === undefined || strategy.constraints === constraints)
  );
}

function besides(more: MoreToWrite | undefined): Partial<StrategySeen> {
  if (more === undefined) return {};
  return more.kind === "group" ? { groupId: more.groupId } : reachOf(more.audience);
}

function reachOf(audience: PinnedAudience | null): Pick<StrategySeen, "constraints" | "segments"> {
  const segments = audience?.kind === "segment" ? [{ constraints: [], id: audience.id }] : [];
  const constraints =
    audience?.kind === "values"
      ? [
          {
            caseInsensitive: false,
            contextName: audience.field,
            inverted: false,
            operator: "IN",
            values: audience.values,
          },
        ]
      : [];
  return { segments: JSON.stringify(segments), constraints: JSON.stringify(constraints) };
}

function strategyOf(target: FlagTarget, fields: Partial<StrategySeen>): StrategySeen {
  return {
    id: "strategy",
    kind: "flexibleRollout",
    title: null,
    disabled: false,
    rollout: "0",
    groupId: target.name,
    // What a gate with values in its steps compares has to be a field.
    stickiness: target.stickiness ?? "userId",
    constraints: "[]",
    segments: "[]",
    variants: "[]",
    milestoneId: null,
    ...fields,
  };
}
