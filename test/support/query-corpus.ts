import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../fixtures/promql");

/** Queries that our check accepts, and those it refuses: one a line, topics behind `##`. */
export const ACCEPTED = read("accepted.txt");
export const REFUSED = read("refused.txt");

/** Where promtool of Prometheus 2.42 says otherwise, each with its reason. */
export function readDifferences(): readonly { readonly query: string; readonly reason: string }[] {
  return JSON.parse(readFileSync(join(FOLDER, "differences.json"), "utf8"));
}

function read(name: string): readonly string[] {
  const lines = readFileSync(join(FOLDER, name), "utf8").split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("##"));
}
