import type { FlagEvent, StrategySeen } from "../../src/domain/flag.ts";
import type { Instant, Millis } from "../../src/domain/instant.ts";

export type Actor = { readonly name: string; readonly userId: number };

export type EnvironmentState = {
  readonly enabled: boolean;
  readonly strategies: readonly StrategySeen[];
};

/** One flag in one environment. Frozen values: a change makes a new one, so old ones can be kept and served late. */
export type FlagState = EnvironmentState & { readonly project: string; readonly archived: boolean };

/** One change of one flag in one environment, whoever made it, with all of it before and after. */
export type FlagChange = {
  readonly at: Instant;
  readonly flag: string;
  readonly by: string;
  readonly before: FlagState;
  readonly after: FlagState;
};

type EventDetail = Partial<
  Pick<FlagEvent, "strategyId" | "rolloutBefore" | "rolloutAfter" | "titleAfter" | "reachAfter">
>;

/** `servedFrom`: since when SDKs are told; infinite until the log has an event of that environment. */
type Stood = { readonly at: Instant; readonly state: FlagState; servedFrom: Instant };

/** What happened to one flag, newest last, and the event log over all flags: the memory of the fake server. */
export function createFlagStates(now: () => Instant) {
  const histories = new Map<string, Stood[]>();
  const events: { readonly flag: string; readonly event: FlagEvent }[] = [];
  const changes: FlagChange[] = [];
  let strategiesAdded = 1;

  function history(flag: string, environment: string) {
    return histories.get(`${flag} ${environment}`) ?? [];
  }

  function environmentsOf(flag: string): readonly string[] {
    return [...histories.keys()]
      .filter((key) => key.startsWith(`${flag} `))
      .map((key) => key.slice(flag.length + 1));
  }

  /** An event of an environment, or of none, makes SDKs ask anew for all that was changed there, of any flag. */
  function reveal(environment: string | null): void {
    for (const [key, stood] of histories) {
      if (environment !== null && !key.endsWith(` ${environment}`)) continue;
      for (const entry of stood) if (entry.servedFrom === Infinity) entry.servedFrom = now();
    }
  }

  return {
    create(flag: string, environment: string, state: FlagState): void {
      histories.set(`${flag} ${environment}`, [{ at: -Infinity, state, servedFrom: -Infinity }]);
    },
    /** As it stood so long ago; undefined: no such flag in that environment. */
    read(flag: string, environment: string, agoMs = 0): FlagState | undefined {
      return history(flag, environment).findLast(({ at }) => at <= now() - agoMs)?.state;
    },
    /** As SDKs were told so long ago. */
    readServed(flag: string, environment: string, agoMs: Millis): FlagState | undefined {
      return history(flag, environment).findLast(({ servedFrom }) => servedFrom <= now() - agoMs)?.state;
    },
    /** No SDK hears of it before an event is noted. */
    write(flag: string, environment: string, state: FlagState, by: Actor): void {
      const before = history(flag, environment).at(-1)?.state;
      history(flag, environment).push({ at: now(), state, servedFrom: Infinity });
      if (before !== undefined) changes.push({ at: now(), flag, by: by.name, before, after: state });
    },
    /** Every change since each flag was made, in order. */
    changes: changes as readonly FlagChange[],
    note(flag: string, environment: string | null, type: string, by: Actor, detail: EventDetail = {}): void {
      const id = events.length + 1;
      const none = { strategyId: null, rolloutBefore: null, rolloutAfter: null, titleAfter: null };
      const event = { id, type, at: now(), by: by.name, byUserId: by.userId, environment };
      events.push({ flag, event: { ...none, ...event, ...detail } });
      reveal(environment);
    },
    eventsOf(flag: string): readonly FlagEvent[] {
      return events.filter((entry) => entry.flag === flag).map(({ event }) => event);
    },
    /** Ids never repeat: a strategy made again is another one. */
    nextStrategyId(): string {
      strategiesAdded += 1;
      return `strategy-${strategiesAdded}`;
    },
    /** The environments that a flag has. */
    environmentsOf,
  };
}

export type FlagStates = ReturnType<typeof createFlagStates>;
