import { isEligible } from "./approval.ts";
import { type DefinitionFacts, because } from "./because.ts";
import type { PromiseCommand } from "./command.ts";
import type { Gate, PromiseDemand } from "./gate.ts";
import type { Instant } from "./instant.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import { type Principal, mayUse } from "./principal.ts";
import type { RampState } from "./ramp.ts";
import type { GateRecord, PromiseGiven, Run } from "./record.ts";
import type { Because } from "./verdict.ts";

type Starter = Pick<Run, "startedBy"> | null;

/** Where promises are asked for and given. */
type Asking = {
  readonly promises: readonly PromiseGiven[];
  /** Who starts a ramp vouches for nothing in it. */
  readonly starter: Starter;
  readonly definition: Pick<DefinitionFacts, "hash" | "author">;
};

/** A promise that is asked for, with who gave it and how many people are still missing. */
export type PromiseAsked = Pick<PromiseDemand, "by" | "says" | "step"> & {
  readonly missing: number;
  readonly given: readonly PromiseGiven[];
};

const AT_REST: readonly RampState[] = ["idle", "rolled-back", "finished"];

/** Where the ramp does not run, who began its last run has no part in the next one. */
export function askingOf(record: GateRecord, definition: Asking["definition"]): Asking {
  const starter = AT_REST.includes(record.ramp.state) ? null : record.run;
  return { promises: record.promises, starter, definition };
}

/** Every promise of the gate, each once, however many steps need it. */
export function promisesAsked({ promises }: Gate, asking: Asking): readonly PromiseAsked[] {
  return promises
    .filter((demand, index) => promises.findIndex((other) => isSame(demand, other)) === index)
    .map((demand) => asked(demand, asking));
}

/** What is still to be promised before the step is entered. */
export function promisesMissing(
  { promises }: Gate,
  step: number | null,
  asking: Asking,
): readonly PromiseAsked[] {
  return promises
    .filter((demand) => demand.step === null || demand.step === step)
    .map((demand) => asked(demand, asking))
    .filter(({ missing }) => missing > 0);
}

function asked(demand: PromiseDemand, { promises, starter, definition }: Asking): PromiseAsked {
  const { hash, author } = definition;
  const given = promises.filter(
    (each) => isSame(each, demand) && each.definition === hash && isEligible(each.person, starter, author),
  );
  // An unknown author cannot be told apart from who promises.
  const needed = demand.count + (author.kind === "unknown" ? 1 : 0);
  const { by, says, step } = demand;
  return { by, says, step, missing: Math.max(0, needed - given.length), given };
}

function isSame(a: Pick<PromiseDemand, "by" | "says">, b: Pick<PromiseDemand, "by" | "says">): boolean {
  return a.by === b.by && a.says === b.says;
}

/** Why the step may not be entered yet: what nobody has promised. */
export function promiseBlockers(gate: Gate, step: number | null, asking: Asking): readonly Because[] {
  return promisesMissing(gate, step, asking).map(({ by, says, missing }) =>
    because("require", "promise", `${missing === 1 ? by : `${missing} of ${by}`} must promise: ${says}`, {
      opens: `rampart promise ${gate.name}`,
    }),
  );
}

/** The promises that still hold: given for this definition, not expired, by people who are still of the group. */
export function standingPromises(
  { promises }: GateRecord,
  facts: {
    readonly now: Instant;
    readonly definition: Pick<DefinitionFacts, "hash">;
    readonly people: ReadonlyMap<string, readonly string[]>;
  },
): readonly PromiseGiven[] {
  return promises.filter(
    ({ person, by, definition, expiresAt }) =>
      definition === facts.definition.hash &&
      (expiresAt === null || facts.now < expiresAt) &&
      facts.people.get(person)?.includes(by) === true,
  );
}

/** What this person is asked to promise and has not promised yet. */
export function promisableBy(
  by: Principal,
  gate: Gate,
  record: GateRecord,
  definition: DefinitionFacts,
): readonly PromiseAsked[] {
  const asking = askingOf(record, definition);
  if (by.kind !== "person" || !mayUse(by, "approve")) return [];
  if (!isEligible(by.name, asking.starter, definition.author)) return [];
  return promisesAsked(gate, asking).filter(
    ({ by: group, missing, given }) =>
      missing > 0 && by.groups.includes(group) && given.every(({ person }) => person !== by.name),
  );
}

/** Takes one person's promise. It is about the world and not about evidence, so it may be given at any time. */
export function promise(
  gate: Gate,
  record: GateRecord,
  { by, says, reason }: PromiseCommand,
  { now, definition }: { readonly now: Instant; readonly definition: DefinitionFacts },
): Obeyed {
  if (by.kind !== "person" || !mayUse(by, "approve")) return refused("forbidden", "only people promise");
  const demands = gate.promises.filter((demand) => demand.says === says);
  if (demands.length === 0) return refused("no-request", `${gate.name} asks nobody to promise that`);
  const groups = [...new Set(demands.map((demand) => demand.by))];
  const own = groups.filter((group) => by.groups.includes(group));
  if (own.length === 0) {
    return refused(
      "not-eligible",
      `${by.name} is not of ${groups.join(", ")}, who is asked for this promise`,
    );
  }
  if (!isEligible(by.name, askingOf(record, definition).starter, definition.author)) {
    const message = `${by.name} started this ramp or wrote its definition and cannot promise anything for it`;
    return refused("not-eligible", message);
  }
  const isKnown = (group: string) =>
    record.promises.some((each) => each.person === by.name && isSame(each, { by: group, says }));
  const given = own
    .filter((group) => !isKnown(group))
    .map((group): PromiseGiven => {
      const expiresAt = expiryOf(
        demands.filter((demand) => demand.by === group),
        now,
      );
      return { person: by.name, by: group, says, definition: definition.hash, at: now, expiresAt, reason };
    });
  if (given.length === 0) return done(record, `${by.name} has promised this already`);
  const promised = { ...record, promises: [...record.promises, ...given] };
  return done(promised, `${by.name} promised for ${gate.name}: ${says}`);
}

/** Where several steps ask for the same promise, the shortest time counts. */
function expiryOf(demands: readonly PromiseDemand[], now: Instant): Instant | null {
  const bounds = demands.map(({ expiresMs }) => expiresMs).filter((ms) => ms !== null);
  return bounds.length === 0 ? null : now + Math.min(...bounds);
}
