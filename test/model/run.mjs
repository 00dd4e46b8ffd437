#!/usr/bin/env node
/**
 * Checks the model of the write protocol with Spin, and that every broken variant of it fails:
 *
 *     node test/model/run.mjs [--only <part of a name>] [--trace] [--skip-without-spin]
 *
 * Exit 0 when every case came out as expected, 1 otherwise.
 */
import { parseArgs } from "node:util";
import { CASES } from "./cases.mjs";
import { check, hasSpin } from "./check.mjs";

/** Two searches at a time: each is one thread. */
const AT_ONCE = 2;

process.exitCode = await main();

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      trace: { type: "boolean" },
      "skip-without-spin": { type: "boolean" },
    },
  });
  if (!(await hasSpin())) return withoutSpin(values["skip-without-spin"] ?? false);
  const asked = CASES.filter(({ name }) => name.includes(values.only ?? ""));
  if (asked.length === 0) {
    console.error(`no case is named like "${values.only}"`);
    return 1;
  }
  console.log(
    `${"property".padEnd(9)}${"states".padStart(10)}  ${"expected".padEnd(10)}${"found".padEnd(10)}case`,
  );
  const surprises = [];
  const waiting = [...asked];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const result = await check(next).catch((error) => ({
          states: Number.NaN,
          error: String(error),
          trace: null,
        }));
        if (!report(next, result, values.trace ?? false)) surprises.push(next.name);
      }
    }),
  );
  console.log(`${asked.length - surprises.length} of ${asked.length} cases as expected`);
  return surprises.length === 0 ? 0 : 1;
}

function withoutSpin(isAllowed) {
  const needs = "spin, or a C compiler for it, is not installed: apt-get install spin gcc libc6-dev";
  if (isAllowed) console.log(`SKIPPED: the model was NOT checked: ${needs}`);
  else console.error(`the model cannot be checked: ${needs}`);
  return isAllowed ? 0 : 1;
}

/** One row; true when the case came out as expected. */
function report(asked, { states, error, trace }, isTraced) {
  const expected = asked.breaks === null ? "holds" : "fails";
  const found = error === null ? "holds" : "fails";
  const isExpected = asked.breaks === null ? error === null : error !== null && asked.breaks.test(error);
  const row = [
    asked.property.padEnd(9),
    String(states).padStart(10),
    "  ",
    expected.padEnd(10),
    found.padEnd(10),
    asked.name,
  ];
  console.log(row.join("") + (isExpected ? "" : `   <-- SURPRISE: ${error ?? "no error"}`));
  if (trace !== null && (isTraced || !isExpected)) console.log(trace.map((line) => `    ${line}`).join("\n"));
  return isExpected;
}
