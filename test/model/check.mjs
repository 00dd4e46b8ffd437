import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const MODEL = fileURLToPath(new URL("write-protocol.pml", import.meta.url));
/** Megabytes one search may use, its depth, and how long it may last. */
const MEMORY = 1_000;
const DEPTH = 200_000;
const DEADLINE_MS = 100_000;
const TRACE_LINES = 80;

/** Whether the checker is here, and a compiler with a C library for what it generates. */
export async function hasSpin() {
  try {
    await run("spin", ["-V"]);
    await run("gcc", ["-fsyntax-only", "-x", "c", "-include", "stdio.h", "/dev/null"]);
    return true;
  } catch {
    return false;
  }
}

/** Searches all states of one case: how many there were, and the first error; a search cut short is an error too. */
export async function check(asked) {
  const folder = await mkdtemp(join(tmpdir(), "model-"));
  try {
    return await searchIn(folder, asked);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function searchIn(folder, asked) {
  const here = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  const safety = asked.property === "never";
  const bounds = {
    ...asked.bounds,
    ...(safety ? {} : { FOR_EVER: 1 }),
    ...(asked.without === null ? {} : { [asked.without]: 1 }),
  };
  const defines = Object.entries(bounds).map(([name, value]) => `-D${name}=${value}`);
  await copyFile(MODEL, join(folder, "model.pml"));
  await run("spin", ["-a", ...defines, "model.pml"], here);
  const kind = safety ? ["-DSAFETY", "-DNOCLAIM"] : ["-DNFAIR=4"];
  // A broken variant is found out within a moment: compiling is all that it costs.
  const effort = asked.breaks === null ? "-O1" : "-O0";
  await run(
    "gcc",
    [effort, "-w", ...kind, "-DVECTORSZ=512", `-DMEMLIM=${MEMORY}`, "-o", "pan", "pan.c"],
    here,
  );
  const search = safety ? [] : ["-a", "-f", "-N", asked.property];
  const { stdout } = await run("./pan", ["-w22", `-m${DEPTH}`, ...search], { ...here, timeout: DEADLINE_MS });
  const result = resultOf(stdout);
  if (result.error === null) return { ...result, trace: null };
  const { stdout: replay } = await run("spin", ["-t", "-p", "-g", ...defines, "model.pml"], here).catch(
    (error) => error,
  );
  return { ...result, trace: traceOf(replay) };
}

function resultOf(output) {
  const found = /^pan:\d+: (.*)$/m.exec(output)?.[1] ?? null;
  const errors = Number(/errors: (\d+)/.exec(output)?.[1] ?? Number.NaN);
  const states = Number(/(\d+) states, stored/.exec(output)?.[1] ?? Number.NaN);
  const short = /max search depth too small|MEMLIM|out of memory|not completed/.exec(output)?.[0] ?? null;
  if (found !== null) return { states, error: found };
  if (errors !== 0 || short !== null || !(states > 0)) return { states, error: short ?? "no result" };
  return { states, error: null };
}

/** The assignments of a counterexample, in order, repetitions left out. */
function traceOf(replay) {
  const last = new Map();
  const lines = [];
  // What follows the run is only the last state once more.
  const [steps = ""] = replay.split("spin: trail ends");
  for (const line of steps.split("\n")) {
    const [, name, value] = /^\t\t(\S+) = (\S+)$/.exec(line) ?? [];
    if (line.includes("START OF CYCLE")) lines.push("(from here on for ever)");
    if (name === undefined || value === undefined || last.get(name) === value) continue;
    last.set(name, value);
    lines.push(`${name} = ${value}`);
  }
  return lines.slice(-TRACE_LINES);
}
