import type { StrategySeen } from "../../src/domain/flag.ts";
import type { FlagTarget } from "../../src/domain/gate.ts";
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

  function current(): FlagState {
    const state = states.read(name, environment);
    if (state === undefined) throw new Error(`there is no flag ${name} in ${environment}`);
    return state;
  }

  function put(strategies: readonly StrategySeen[], more: Partial<FlagState> = {}): void {
    states.write(name, environment, { ...current(), ...more, strategies }, by);
  }

  function switchTo(enabled: boolean): void {
    const state = current();
    if (state.enabled === enabled) return;
    // Unleash never leaves an environment on without an enabled strategy: it adds one, at 100 %.
    const isBare = enabled && state.strategies.every(({ disabled }) => disabled);
    const whole = { rollout: "100", groupId: name, stickiness: "default" };
    const added = isBare ? [fakeStrategy({ ...whole, id: states.nextStrategyId() })] : [];
    for (const strategy of added) {
      states.note(name, environment, "feature-strategy-add", by, {
        strategyId: strategy.id,
        rolloutAfter: "100",
      });
    }
    states.note(
      name,
      environment,
      enabled ? "feature-environment-enabled" : "feature-environment-disabled",
      by,
    );
    put([...state.strategies, ...added], { enabled });
  }

  return {
    /** Writes the whole row back, as the server does after it has read it. */
    replace(row: StrategySeen): void {
      const { strategies } = current();
      const before = strategies.find(({ id }) => id === row.id);
      if (before === undefined) throw new Error(`there is no strategy ${row.id}`);
      if (JSON.stringify(before) === JSON.stringify(row)) return;
      put(strategies.map((each) => (each.id === row.id ? row : each)));
      states.note(name, environment, "feature-strategy-update", by, {
        strategyId: row.id,
        rolloutBefore: before.rollout,
        rolloutAfter: row.rollout,
        titleAfter: row.title,
      });
      const isLastOne =
        row.disabled && !before.disabled && current().strategies.every(({ disabled }) => disabled);
      if (isLastOne) switchTo(false);
    },
    add(fields: Partial<StrategySeen> = {}): string {
      const strategy = fakeStrategy({ id: states.nextStrategyId(), ...fields });
      put([...current().strategies, strategy]);
      states.note(name, environment, "feature-strategy-add", by, {
        strategyId: strategy.id,
        rolloutAfter: strategy.rollout,
        titleAfter: strategy.title,
      });
      return strategy.id;
    },
    remove(id: string): void {
      const gone = current().strategies.find((each) => each.id === id);
      if (gone === undefined) throw new Error(`there is no strategy ${id}`);
      put(current().strategies.filter((each) => each.id !== id));
      const detail = { strategyId: id, rolloutBefore: gone.rollout };
      states.note(name, environment, "feature-strategy-remove", by, detail);
    },
    switchTo,
    archive(archived: boolean): void {
      put(current().strategies, { archived, ...(archived ? {} : { enabled: false }) });
      states.note(name, null, archived ? "feature-archived" : "feature-revived", by);
    },
    move(project: string): void {
      put(current().strategies, { project });
      states.note(name, null, "feature-project-change", by);
    },
  };
}
