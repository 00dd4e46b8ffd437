import { describe, expect, test } from "vitest";
import { effectiveDefinition } from "../../../src/control/pass.ts";
import type { LoadedGate } from "../../../src/control/ports.ts";
import type { Author, Definition } from "../../../src/domain/gate.ts";
import type { Ramp } from "../../../src/domain/ramp.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  NOON,
  aFlagRecord,
  aFlagTarget,
  aGate,
  aHalt,
  aPause,
  aRecord,
  aRollback,
  aRun,
} from "../../support/builders.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { memoryStore } from "../../support/memory-store.ts";

const KNOWN: Author = { kind: "known", people: ["author"] };
const UNKNOWN: Author = { kind: "unknown", why: "no entry" };
const PINNED: Definition = { gate: aGate({ bakeMs: 1 }), hash: "sha256:pinned", author: UNKNOWN };
const NEWEST: Definition = { gate: aGate({ bakeMs: 2 }), hash: "sha256:newest", author: KNOWN };

const RUN = aRun({ definition: PINNED.hash });
const FINISHED: Ramp = { state: "finished", since: NOON };
const ROLLED_BACK: Ramp = { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] };
const DRAINING: Ramp = { ...ROLLED_BACK, state: "draining", until: NOON };

function fileOf(definition: Definition): LoadedGate {
  return { kind: "valid", definition, path: "checkout.yaml" };
}

/** The store holds what runs are pinned to. */
async function inForce(loaded: LoadedGate | undefined, record: Partial<GateRecord> = {}) {
  const store = memoryStore({ clock: manualClock() });
  const rest = { inputs: null, tellings: [], changes: [], reply: null } as const;
  const pinning = aRecord({ gate: "pinning" });
  await store.commit({ record: pinning, expecting: null, decision: { kind: "none" }, pin: PINNED, ...rest });
  return effectiveDefinition(store, loaded, aRecord({ run: RUN, ...record }));
}

test.each<Ramp>([
  { state: "proving", step: 1 },
  { state: "baking", step: 3 },
  aPause(),
  aHalt(),
  aRollback(),
  DRAINING,
])("a run that is $state keeps what it is pinned to, whatever becomes of the file", async (ramp) => {
  expect(await inForce(fileOf(NEWEST), { ramp })).toEqual({
    gate: PINNED.gate,
    definition: { hash: PINNED.hash, status: "changed", fault: null, author: UNKNOWN, newest: NEWEST },
  });
  expect(await inForce(undefined, { ramp })).toMatchObject({
    gate: PINNED.gate,
    definition: { hash: PINNED.hash, status: "gone", newest: null },
  });
});

test("who wrote the pinned definition may be learned after the run has begun", async () => {
  const told: Definition = { ...PINNED, author: KNOWN };
  expect(await inForce(fileOf(told))).toEqual({
    gate: PINNED.gate,
    definition: { hash: PINNED.hash, status: "valid", fault: null, author: KNOWN, newest: null },
  });
});

test("a run whose pinned definition the store has lost goes by the file", async () => {
  expect(await inForce(fileOf(NEWEST), { run: aRun({ definition: "sha256:lost" }) })).toMatchObject({
    definition: { hash: NEWEST.hash, status: "valid" },
  });
});

test("of a bad file the first error is named with its place, and no warning before it", async () => {
  const problem = { file: "checkout.yaml", length: 1, code: "R100", suggestion: null };
  const loaded: LoadedGate = {
    kind: "invalid",
    definition: NEWEST,
    path: "checkout.yaml",
    problems: [
      { ...problem, line: 2, column: 3, severity: "warning", message: "unusual" },
      { ...problem, line: 4, column: 5, severity: "error", message: "not a percent" },
      { ...problem, line: 6, column: 7, severity: "error", message: "not a step" },
    ],
  };
  const found = await inForce(loaded);
  expect(found?.definition).toMatchObject({
    hash: PINNED.hash,
    status: "invalid",
    fault: "checkout.yaml:4:5 not a percent",
    newest: null,
  });
  const warned = await inForce({ ...loaded, problems: loaded.problems.slice(0, 1) });
  expect(warned?.definition.fault).toBeNull();
});

async function gone(fields: Partial<GateRecord>): Promise<string | undefined> {
  return (await inForce(undefined, fields))?.definition.hash;
}

describe("a gate that runs no more goes by the newest file", () => {
  test.each<Ramp>([{ state: "idle" }, FINISHED, ROLLED_BACK])("when it is $state", async (ramp) => {
    expect(await inForce(fileOf(NEWEST), { ramp })).toMatchObject({
      gate: NEWEST.gate,
      definition: { hash: NEWEST.hash, status: "valid", newest: null },
    });
  });

  test.each<Ramp>([FINISHED, ROLLED_BACK])(
    "but not when it is $state and the file names another flag than the one still held",
    async (ramp) => {
      const flag = aFlagRecord({ place: aFlagTarget({ name: "old-pricing" }) });
      expect(await inForce(fileOf(NEWEST), { ramp, flag })).toMatchObject({
        definition: { hash: PINNED.hash, status: "changed" },
      });
    },
  );

  test("and once that is gone, by what it was pinned to for as long as it holds its flag, or may raise late", async () => {
    expect(await gone({ ramp: FINISHED })).toBe(PINNED.hash);
    expect(await gone({ ramp: ROLLED_BACK })).toBe(PINNED.hash);
    expect(await gone({ ramp: ROLLED_BACK, flag: null })).toBe(PINNED.hash);
    expect(await gone({ ramp: FINISHED, flag: null })).toBeUndefined();
    expect(await gone({ ramp: { state: "idle" } })).toBeUndefined();
  });
});

test("without a file and without a run nothing defines a gate", async () => {
  expect(await inForce(undefined, { run: null })).toBeNull();
  expect(await inForce(fileOf(NEWEST), { run: null })).toMatchObject({ definition: { hash: NEWEST.hash } });
});
