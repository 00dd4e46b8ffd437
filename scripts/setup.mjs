#!/usr/bin/env node
/**
 * Makes a fresh checkout able to run, then runs a command in it:
 *
 *     node scripts/setup.mjs [--for test|demo|ci|faults|check] -- <command> [arguments]
 *
 * Plain JavaScript without dependencies, because it runs before anything is installed, on Node 18 or newer.
 * `--for check` leaves Prometheus and PostgreSQL out: type checks and linters need neither. `--for faults` brings what
 * disturbs a process and its disk, where it may.
 */
import { parseArguments } from "./setup/arguments.mjs";
import { thisMachine } from "./setup/machine.mjs";
import { prepare } from "./setup/prepare.mjs";
import { runCommand } from "./setup/run-command.mjs";

const asked = parseArguments(process.argv.slice(2));
if ("problem" in asked) {
  process.stderr.write(`${asked.problem}\n`);
  process.exit(2);
}

const machine = thisMachine();
const prepared = await prepare(machine, asked.purpose);
if ("problem" in prepared) {
  process.stderr.write(`setup: ${prepared.problem}\n`);
  process.exit(1);
}

await runCommand(machine.root, prepared.node, asked.command);
