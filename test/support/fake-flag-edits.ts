import type { StrategySeen } from "../../src/domain/flag.ts";
import type { FlagTarget } from "../../src/domain/gate.ts";
import { segmentsOf } from "../../src/domain/audience.ts";
import type { Actor, FlagState, FlagStates } from "./fake-flag-state.ts";

type Place = Pick<FlagTarget, "name" | "environment">;

/** A gradual rollout at 0 %. */
export function fakeStrategy(fields: Partial<StrategySeen> = {}): StrategySeen {
  return {
    id: "strategy-1",
    kind: "flexibleRollout",
    title: null,
    disabled: false,
    rollout: "0",
    groupId: "group",
    stickiness: "orderId",
    constraints: "[]",
    segments: "[]",
    variants: "[]",
    milestoneId: null,
    ...fields,
  };
}

/** Changes as the server carries them out, with the events it logs: none when nothing changed. */
export function flagEdits(states: FlagStates, place: Place, by: Actor) {
  const { name, environment } = place;

  function stateIn(where: string): FlagState {
    const state = states.read(name, where);
    if (state === undefined) throw new Error(`there is no flag ${name} in ${where}`);
    return state;
  }

  function put(where: string, fields: Partial<FlagState>): void {
    states.write(name, where, { ...stateIn(where), ...fields }, by);
  }

  function putEverywhere(fields: Partial<FlagState>): void {
    for (const where of states.environmentsOf(name)) put(where, fields);
  }

  function switchTo(enabled: boolean): void {
    const state = stateIn(environment);
    if (state.archived) throw new Error("Unleash answers 400: the flag is archived");
    if (state.enabled === enabled) return;
    // Unleash never leaves an environment on without an enabled strategy: it adds one, at 100 %.
    if (enabled && isBare(state.strategies)) {
      add({ rollout: "100", groupId: name, stickiness: "default" });
    }
    put(environment, { enabled });
    const type = enabled ? "feature-environment-enabled" : "feature-environment-disabled";
    states.note(name, environment, type, by);
  }

  function add(fields: Partial<StrategySeen> = {}): string {
    const strategy = fakeStrategy({ id: states.nextStrategyId(), ...fields });
    put(environment, { strategies: [...stateIn(environment).strategies, strategy] });
    states.note(name, environment, "feature-strategy-add", by, {
      strategyId: strategy.id,
      rolloutAfter: strategy.rollout,
      titleAfter: strategy.title,
    });
    return strategy.id;
  }

  /** Whatever the change was: an environment without an enabled strategy does not stay on. */
  function switchOffIfBare(): void {
    const { enabled, strategies } = stateIn(environment);
    if (enabled && isBare(strategies)) switchTo(false);
  }

  return {
    /**
     * Writes the whole row back, as the server does after it has read it, wherever it lies: the environment of the place is
     * that of the event, and nobody compares the two.
     */
    replace(row: StrategySeen): void {
      const home = environmentOfStrategy(states, name, row.id);
      if (home === null) throw new Error(`there is no strategy ${row.id}`);
      const { strategies } = stateIn(home);
      const before = strategies.find(({ id }) => id === row.id) ?? row;
      if (JSON.stringify(before) !== JSON.stringify(row)) {
        put(home, { strategies: strategies.map((each) => (each.id === row.id ? row : each)) });
        states.note(name, environment, "feature-strategy-update", by, {
          strategyId: row.id,
          rolloutBefore: before.rollout,
          rolloutAfter: row.rollout,
          titleAfter: row.title,
          reachAfter: { constraints: row.constraints, segments: segmentsOf(row) },
        });
      }
      switchOffIfBare();
    },
    add,
    remove(id: string): void {
      const { strategies } = stateIn(environment);
      const gone = strategies.find((each) => each.id === id);
      if (gone === undefined) throw new Error(`there is no strategy ${id}`);
      put(environment, { strategies: strategies.filter((each) => each.id !== id) });
      switchOffIfBare();
      const detail = { strategyId: id, rolloutBefore: gone.rollout };
      states.note(name, environment, "feature-strategy-remove", by, detail);
    },
    switchTo,
    /** A flag that comes back is off everywhere. */
    archive(archived: boolean): void {
      putEverywhere(archived ? { archived } : { archived, enabled: false });
      states.note(name, null, archived ? "feature-archived" : "feature-revived", by);
    },
    move(project: string): void {
      putEverywhere({ project });
      states.note(name, null, "feature-project-change", by);
    },
  };
}

/** Where a strategy of the flag lies; ids tell it, not what a request says. */
export function environmentOfStrategy(states: FlagStates, flag: string, id: string): string | null {
  const isThere = (environment: string): boolean =>
    states.read(flag, environment)?.strategies.some((each) => each.id === id) === true;
  return states.environmentsOf(flag).find(isThere) ?? null;
}

/** Nothing that could serve anybody. */
export function isBare(strategies: readonly StrategySeen[]): boolean {
  return strategies.every(({ disabled }) => disabled);
}
