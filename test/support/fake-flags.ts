import type {
  Clock,
  Expecting,
  Flags,
  MoreToWrite,
  PreflightRefusal,
  Served,
  WriteOutcome,
} from "../../src/control/ports.ts";
import type { FlagObservation, StrategySeen } from "../../src/domain/flag.ts";
import type { FlagTarget } from "../../src/domain/gate.ts";
import type { Millis } from "../../src/domain/instant.ts";
import type { Percent } from "../../src/domain/percent.ts";
import { segmentIds } from "../../src/unleash/audience.ts";
import { canonicalJson } from "../../src/unleash/canonical-json.ts";
import { constraintsText, segmentsText } from "./audience-texts.ts";
import { environmentOfStrategy, fakeStrategy, flagEdits, isBare } from "./fake-flag-edits.ts";
import { createFlagStates, type Actor, type FlagState } from "./fake-flag-state.ts";

/**
 * What becomes of one write. `lost`: not applied, no answer. `reply-lost`: applied, no answer. `late`: no answer, applied
 * when `deliverLate` is called. `refused`: 403.
 */
export type WriteFault = "lost" | "reply-lost" | "late" | "refused";

/** Set by the test at any time. */
export type FakeFlagFaults = {
  /** Nothing answers. */
  down: boolean;
  /** How the next writes and switch-offs go, one entry each; then they succeed. */
  writes: WriteFault[];
  /** Every write is answered with 403. */
  refuseWrites: boolean;
  eventsDown: boolean;
  /** The admin API answers from a replica that is so far behind. */
  readsBehindMs: Millis;
  /** The SDK sees a change so much later. */
  propagationMs: Millis;
  servedUnknown: boolean;
  stopSwitch: "off" | "on" | "unknown";
  /** What the preflight of the server adds. */
  preflight: readonly PreflightRefusal[];
  /** Runs once between the moment a write has read the strategy and the moment it writes the whole row back. */
  betweenReadAndWrite: (() => void) | null;
  /** Segments of the server: name and id. */
  segments: readonly (readonly [string, number])[];
};

/** The server's own log of requests that may write, kept apart from what any caller believes. */
export type FakeWrite = {
  readonly at: number;
  readonly by: string;
  readonly flag: string;
  readonly change:
    | { readonly kind: "percent"; readonly to: Percent; readonly title: string }
    | { readonly kind: "off" };
  readonly applied: boolean;
};

export type FakeFlag = {
  readonly name: string;
  readonly environment?: string;
  readonly project?: string;
  readonly enabled?: boolean;
  readonly strategies?: readonly StrategySeen[];
};

/** What a patch tests of the row it finds, and what it puts into it. */
export type RowPatch = {
  readonly isExpected: (row: StrategySeen) => boolean;
  readonly fields: Partial<StrategySeen>;
};

export type Person = ReturnType<FakeFlags["person"]>;

export type FakeFlags = ReturnType<typeof createFakeFlags>;

export const RAMPART: Actor = { name: "rampart", userId: 2 };

/** Unleash in memory, behaving as the real servers were measured, over a clock of the test. What people do happens at once. */
export function createFakeFlags(clock: Clock) {
  const states = createFlagStates(() => clock.now());
  const writes: FakeWrite[] = [];
  const late: (() => void)[] = [];
  const faults: FakeFlagFaults = {
    down: false,
    writes: [],
    refuseWrites: false,
    eventsDown: false,
    readsBehindMs: 0,
    propagationMs: 1_000,
    servedUnknown: false,
    stopSwitch: "off",
    preflight: [],
    betweenReadAndWrite: null,
    segments: [],
  };

  function observe(target: FlagTarget): FlagObservation {
    if (faults.down) return { kind: "unreadable", detail: "no complete answer" };
    const state = states.read(target.name, target.environment, faults.readsBehindMs);
    if (state === undefined) {
      const isKnown = states.environmentsOf(target.name).length > 0;
      return { kind: "absent", what: isKnown ? "environment" : "flag" };
    }
    // The admin API answers 404 for an archived flag.
    if (state.archived) return { kind: "absent", what: "flag" };
    const { project, enabled, strategies } = state;
    return { kind: "seen", project, archived: false, environmentEnabled: enabled, strategies };
  }

  /**
   * Carries out a change under the faults that are set. `read` is what the server does before it opens the transaction, and
   * gives what it does inside: whatever else arrives meanwhile is not seen.
   */
  async function change(
    by: Actor,
    mayWrite: boolean,
    target: FlagTarget,
    what: FakeWrite["change"],
    read: () => () => WriteOutcome,
  ): Promise<WriteOutcome> {
    const fault = faults.writes.shift();
    const finish = (transact: () => WriteOutcome): WriteOutcome => {
      const outcome = transact();
      const applied = outcome.kind === "accepted";
      writes.push({ at: clock.now(), by: by.name, flag: target.name, change: what, applied });
      return outcome;
    };
    const noAnswer: WriteOutcome = { kind: "unsure", detail: "no complete answer" };
    if (faults.down || fault === "lost") return noAnswer;
    if (!mayWrite || faults.refuseWrites || fault === "refused") {
      return refused(403, ": no permission");
    }
    if (fault === "late") {
      late.push(() => finish(read()));
      return noAnswer;
    }
    const transact = read();
    await Promise.resolve();
    const outcome = finish(transact);
    return fault === "reply-lost" ? noAnswer : outcome;
  }

  /** A patch: the row is read and tested, and then written back whole. */
  function patch(by: Actor, target: FlagTarget, strategyId: string, asked: RowPatch): () => WriteOutcome {
    const read = findRow(target, strategyId);
    if (read.kind === "refused") return () => read;
    const { strategy } = read;
    const isExpected = asked.isExpected(strategy);
    return () => {
      faults.betweenReadAndWrite?.();
      faults.betweenReadAndWrite = null;
      if (!isExpected) return { kind: "unsure", detail: "Unleash answered 500: Test operation failed" };
      const row = findRow(target, strategyId);
      if (row.kind === "refused") return row;
      flagEdits(states, target, by).replace({ ...strategy, ...asked.fields });
      return { kind: "accepted" };
    };
  }

  function write(
    by: Actor,
    mayWrite: boolean,
    target: FlagTarget,
    strategyId: string,
    row: RowPatch,
  ): Promise<WriteOutcome> {
    const { rollout, title } = row.fields;
    const what = { kind: "percent", to: Number(rollout), title: title ?? "" } as const;
    return change(by, mayWrite, target, what, () => patch(by, target, strategyId, row));
  }

  type Row =
    | { readonly kind: "row"; readonly strategy: StrategySeen }
    | Extract<WriteOutcome, { kind: "refused" }>;

  /** By the flag and the id: the environment of the request only has to be one of the flag's. */
  function findRow({ name, environment }: FlagTarget, id: string): Row {
    if (states.environmentsOf(name).length === 0) return refused(403);
    const home = environmentOfStrategy(states, name, id);
    const strategy = states.read(name, home ?? environment)?.strategies.find((each) => each.id === id);
    const asked = states.read(name, environment);
    if (strategy === undefined || asked === undefined) return refused(404);
    // The change would switch off what is on with nothing enabled, which an archived flag does not take.
    if (asked.archived && isBare(asked.strategies)) return refused(400, ": archived");
    return { kind: "row", strategy };
  }

  function off(by: Actor, target: FlagTarget): WriteOutcome {
    const state = states.read(target.name, target.environment);
    if (state === undefined) return refused(404);
    if (state.archived) return refused(400, ": archived");
    flagEdits(states, target, by).switchTo(false);
    return { kind: "accepted" };
  }

  /** The admin API as the owner of a token sees it. */
  function flagsAs(by: Actor, mayWrite: boolean): Flags {
    return {
      observe: (target) => Promise.resolve(observe(target)),
      preflight: () => Promise.resolve(mayWrite && !faults.refuseWrites ? faults.preflight : NO_RIGHT),
      segments: () => Promise.resolve(faults.down ? null : new Map(faults.segments)),
      write: (target, strategyId, to, title, expecting, more) =>
        write(by, mayWrite, target, strategyId, {
          isExpected: (row) => isAsExpected(row, expecting),
          fields: { rollout: String(to), title, ...(more === undefined ? {} : besides(more)) },
        }),
      switchOff: (target) => change(by, mayWrite, target, { kind: "off" }, () => () => off(by, target)),
      events(target, after) {
        if (faults.down || faults.eventsDown) return Promise.resolve(null);
        const all = states.eventsOf(target.name);
        return Promise.resolve(after === null ? all.slice(-20) : all.filter(({ id }) => id > after));
      },
      ownUserId: () => Promise.resolve(faults.down ? null : by.userId),
    };
  }

  const served: Served = {
    observe(target) {
      if (faults.servedUnknown)
        return Promise.resolve({ kind: "unknown", detail: "the SDK stopped synchronising" });
      const state = states.readServed(target.name, target.environment, faults.propagationMs);
      const at = clock.now();
      if (state === undefined || state.archived) {
        return Promise.resolve({ kind: "seen", enabled: false, strategies: [], at });
      }
      const strategies = state.strategies
        .filter(({ disabled }) => !disabled)
        .map(({ id, rollout }) => ({ id, rollout }));
      return Promise.resolve({ kind: "seen", enabled: state.enabled, strategies, at });
    },
    stopSwitch: () => (faults.servedUnknown ? "unknown" : faults.stopSwitch),
  };

  return {
    flags: flagsAs(RAMPART, true),
    flagsAs,
    /** A patch of ours as it comes over the wire. */
    patch: (target: FlagTarget, strategyId: string, row: RowPatch) =>
      write(RAMPART, true, target, strategyId, row),
    served,
    faults,
    /** Every write that reached the server, in order. */
    writes: writes as readonly FakeWrite[],
    /** Every change of every flag, in order, whoever made it: the server's own log with whole states. */
    changes: states.changes,

    /** A flag with one gradual rollout at 0 %, its environment on, unless told otherwise. Gives the first strategy's id. */
    addFlag(flag: FakeFlag): string {
      const strategies = flag.strategies ?? [fakeStrategy({ groupId: flag.name })];
      const state: FlagState = {
        project: flag.project ?? "default",
        archived: false,
        enabled: flag.enabled ?? true,
        strategies,
      };
      states.create(flag.name, flag.environment ?? "production", state);
      return strategies[0]?.id ?? "";
    },

    environmentsOf: states.environmentsOf,

    /** What stands on the server now. */
    state(target: Pick<FlagTarget, "name" | "environment">): FlagState {
      const state = states.read(target.name, target.environment);
      if (state === undefined) throw new Error(`there is no flag ${target.name}`);
      return state;
    },

    /** Lets writes that were on their way arrive, oldest first. */
    deliverLate(): void {
      for (const arrive of late.splice(0)) arrive();
    },

    /** A colleague who changes the flag by hand; without an id the first strategy is meant. */
    person(who: Actor, target: Pick<FlagTarget, "name" | "environment">) {
      const edits = flagEdits(states, target, who);
      const rows = (): readonly StrategySeen[] =>
        states.read(target.name, target.environment)?.strategies ?? [];
      const edit = (fields: Partial<StrategySeen>, id = rows()[0]?.id): void => {
        const row = rows().find((each) => each.id === id);
        if (row === undefined) throw new Error("there is no strategy to change");
        edits.replace({ ...row, ...fields });
      };
      return {
        set: (rollout: number | string, id?: string): void => edit({ rollout: String(rollout) }, id),
        change: edit,
        off: (): void => edits.switchTo(false),
        on: (): void => edits.switchTo(true),
        archive: (): void => edits.archive(true),
        revive: (): void => edits.archive(false),
        addStrategy: (fields?: Partial<StrategySeen>): string => edits.add(fields),
        removeStrategy: (id = rows()[0]?.id ?? ""): void => edits.remove(id),
        move: (project: string): void => edits.move(project),
      };
    },
  };
}

function refused(status: number, why = ""): Extract<WriteOutcome, { kind: "refused" }> {
  return { kind: "refused", status, detail: `Unleash answered ${status}${why}` };
}

function isAsExpected(row: StrategySeen, expecting: Expecting | null): boolean {
  return (
    expecting === null ||
    (row.title === expecting.title &&
      row.rollout === String(expecting.rollout) &&
      (expecting.segments === undefined ||
        canonicalJson(segmentIds(row.segments)) === canonicalJson(expecting.segments)) &&
      (expecting.constraints === undefined || row.constraints === expecting.constraints))
  );
}

/** A segment holds nothing here: whom it reaches is none of Rampart's business. */
function besides(more: MoreToWrite): Partial<StrategySeen> {
  if (more.kind === "group") return { groupId: more.groupId };
  return { segments: segmentsText(more.audience), constraints: constraintsText(more.audience) };
}

const NO_RIGHT: readonly PreflightRefusal[] = [
  { code: "no-right", message: "the token lacks UPDATE_FEATURE_STRATEGY" },
  { code: "no-right", message: "the token lacks UPDATE_FEATURE_ENVIRONMENT" },
];
