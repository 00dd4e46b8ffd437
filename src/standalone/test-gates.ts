import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { CaseReport, MutantReport, TestOutcome, TestRequest } from "../cli/standalone/test-gates.ts";
import { readEnv } from "../config/env.ts";
import { definitionHash } from "../disk/definition-hash.ts";
import { isBelow } from "../disk/is-below.ts";
import type { Definition, Gate } from "../domain/gate.ts";
import { type GateFolder, gatesPath, readGateFolder } from "../gate-folder.ts";
import { effectiveGate } from "../gatefile/effective/effective-gate.ts";
import type { GateTest } from "../gatefile/gate-test/gate-test.ts";
import { testsIn } from "../gatefile/parse-files.ts";
import { type Hunted, huntMutants } from "../rehearsal/hunt.ts";
import {
  CASES_AT_ONCE,
  type ReadyCase,
  type Rehearsal,
  playReady,
  readyCases,
} from "../rehearsal/rehearse.ts";
import { sideBySide } from "../rehearsal/side-by-side.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { followSelectors } from "./followed-selectors.ts";
import { seeRule } from "./guarded-rules.ts";
import { readRuleFile } from "./rule-file.ts";
import { openEngine } from "./throwaway-engine.ts";

/** Plays the tests of gates. Nothing real is asked, and nothing is kept. */
export async function testGates({ path, mutate, env }: TestRequest): Promise<TestOutcome> {
  const began = SYSTEM_CLOCK.elapsed();
  const { configPath } = readEnv(env);
  const folder = await readGateFolder(await folderWith(path, configPath), configPath);
  if (folder.kind === "unreadable") return { kind: "unusable", message: folder.message };
  const gathered = await gather(folder, path);
  if (gathered.kind !== "gathered") return gathered;
  const opened = await openEngine(env);
  if (!opened.ok) return { kind: "unusable", message: opened.message };
  try {
    const ready = await readyCases(gathered.rehearsals, {
      engine: opened.engine,
      follow: followSelectors,
      see: seeRule,
    });
    if (!ready.ok) return { kind: "unusable", message: ready.message };
    const cases = await sideBySide(ready.cases, CASES_AT_ONCE, report);
    const hunts = mutate && cases.every(({ failures }) => failures.length === 0);
    const mutants = hunts ? reportMutants(await huntMutants(ready.cases), folder) : null;
    return { kind: "tested", cases, mutants, durationMs: SYSTEM_CLOCK.elapsed() - began };
  } finally {
    await opened.close();
  }
}

/** What lies in the folder of gates is read with all of it; elsewhere a file with its own, or with that above a folder `tests`. */
async function folderWith(path: string, configPath: string): Promise<string> {
  const about = await stat(path).catch(() => null);
  if (about === null) return path;
  const gates = await gatesPath(configPath);
  if (isBelow(path, gates)) return gates;
  const own = about.isFile() ? dirname(path) : path;
  return basename(resolve(own)) === "tests" ? dirname(own) : own;
}

async function report(ready: ReadyCase): Promise<CaseReport> {
  const began = SYSTEM_CLOCK.elapsed();
  const { definition } = ready.rehearsal;
  const { failures, passes } = await playReady(ready, definition, true);
  const { name, at } = ready.case;
  return {
    ...at,
    gate: definition.gate.name,
    name,
    passes,
    durationMs: SYSTEM_CLOCK.elapsed() - began,
    failures: failures.map(({ at: own, ...rest }) => ({ ...own, ...rest })),
  };
}

type Folder = GateFolder & { readonly kind: "read" };

function reportMutants(
  hunted: readonly Hunted[],
  { gates, files, defaults, namedBy }: Folder,
): readonly MutantReport[] {
  const places = new Map<string, ReadonlyMap<string, string>>();
  for (const { gate, path } of gates.values()) {
    const lines = effectiveGate(path, files, defaults, namedBy) ?? [];
    places.set(gate.name, new Map(lines.map((line) => [line.path, line.origin])));
  }
  return hunted.map(({ definition, mutant, caughtBy }) => ({
    gate: definition.gate.name,
    signal: mutant.signal,
    what: mutant.what,
    place: places.get(definition.gate.name)?.get(mutant.path) ?? definition.gate.name,
    caughtBy: caughtBy === null ? null : { ...caughtBy.case.at, name: caughtBy.case.name },
  }));
}

type Gathered =
  | { readonly kind: "gathered"; readonly rehearsals: readonly Rehearsal[] }
  | Exclude<TestOutcome, { readonly kind: "tested" }>;

/** The tests that the path means: those below it, or those of the gate that it declares. */
async function gather(folder: Folder, path: string): Promise<Gathered> {
  const { gates, files, defaults, texts } = folder;
  const declared = [...gates.values()].find((parsed) => resolve(parsed.path) === resolve(path));
  const meant = testsIn(files, defaults).filter((file) =>
    declared === undefined ? isBelow(file.path, path) : file.gate === declared.gate.name,
  );
  const tested = new Set([...meant.map((file) => file.path), path]);
  const problems = folder.problems.filter(
    ({ severity, file }) => severity === "error" && (tested.has(file) || isBelow(file, path)),
  );
  if (problems.length > 0) return { kind: "faulty", problems, texts };
  const rehearsals: Rehearsal[] = [];
  for (const { test } of meant) {
    const parsed = test === null ? undefined : gates.get(test.gate);
    if (test === null) continue;
    if (parsed === undefined) return unusable(`${test.path}: the gate ${test.gate} has errors: rampart lint`);
    const rules = await rulesOf(test);
    if (!rules.ok) return unusable(rules.message);
    rehearsals.push({
      test,
      definition: definitionOf(parsed.gate),
      rules: rules.rules,
      alerts: rules.alerts,
    });
  }
  if (rehearsals.length > 0) return { kind: "gathered", rehearsals };
  return unusable(`${path} has no tests: a file of them begins with \`schema: gate-test/v1\``);
}

function unusable(message: string): Gathered {
  return { kind: "unusable", message };
}

async function rulesOf({ path, rules }: GateTest) {
  const all: Rehearsal["rules"][number][] = [];
  const alerts: Rehearsal["alerts"][number][] = [];
  for (const file of rules) {
    const read = await readRuleFile(resolve(dirname(path), file));
    if (!read.ok) return { ok: false, message: `${path}: ${read.message}` } as const;
    all.push(...read.rules);
    alerts.push(...read.alerts);
  }
  return { ok: true, rules: all, alerts } as const;
}

function definitionOf(gate: Gate): Definition {
  return { gate, hash: definitionHash(gate), author: { kind: "known", people: [] } };
}
