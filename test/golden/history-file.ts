import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Gate } from "../../src/domain/gate.ts";
import type { PassInputs, Recording } from "../../src/domain/inputs.ts";

const FOLDER = fileURLToPath(new URL("histories/", import.meta.url));
const ENDING = ".jsonl";

/** One line for the gates by their hash, then one line for each pass: a change of one decision is a change of one line. */
export function writeHistory(name: string, recordings: readonly Recording[]): void {
  const gates = Object.fromEntries(
    recordings.map(({ gate, inputs }) => [inputs.facts.definition.hash, gate]),
  );
  const lines = [gates, ...recordings.map(({ inputs }) => inputs)].map((each) => JSON.stringify(each));
  writeFileSync(join(FOLDER, `${name}${ENDING}`), `${lines.join("\n")}\n`);
}

export function historyNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .toSorted();
}

export function readHistory(name: string): readonly Recording[] {
  const [head = "{}", ...lines] = readFileSync(join(FOLDER, `${name}${ENDING}`), "utf8")
    .trimEnd()
    .split("\n");
  const gates = new Map(Object.entries(JSON.parse(head) as Record<string, Gate>));
  return lines.map((line) => {
    const inputs = JSON.parse(line) as PassInputs;
    const gate = gates.get(inputs.facts.definition.hash);
    if (gate === undefined) throw new Error(`${name} does not hold the gate of ${inputs.decision}`);
    return { gate, inputs };
  });
}
