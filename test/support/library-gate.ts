import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseFiles } from "../../src/gatefile/parse-files.ts";
import type { Gate } from "../../src/domain/gate.ts";
import type { LibraryCase } from "./library-cases.ts";

const FOLDER = join(import.meta.dirname, "../../gates/signals");

/** The libraries for exporters, each read by its own section of the page about signals. */
export const EXPORTER_LIBRARIES = [
  "slo.yaml",
  "http.yaml",
  "queue.yaml",
  "batch.yaml",
  "blackbox.yaml",
  "targets.yaml",
];

export function libraryText(file: string): string {
  return readFileSync(join(FOLDER, file), "utf8");
}

/** One gate that uses every signal of the cases about the thing of this name, with the limits that the library suggests. */
export function gateUsing(cases: readonly LibraryCase[], of: string): Gate {
  const uses = cases.map(
    (each) =>
      `  - { use: ${each.signal}, with: ${JSON.stringify(each.with(of))}${each.signal === "pushed-value" ? ", advance: at least 100" : ""} }\n`,
  );
  const text = `schema: gate/v1\nname: ${of}\nowner: team-shop\nrunbook: https://runbooks.example.com/shop\nsignals:\n${uses.join("")}`;
  const libraries = EXPORTER_LIBRARIES.map((path) => ({ path, text: libraryText(path) }));
  const { gates, problems } = parseFiles([...libraries, { path: "gate.yaml", text }], {
    environment: "production",
    server: "main",
    source: "main",
    scrapeIntervalMs: 15_000,
  });
  const parsed = gates.get(of);
  if (parsed === undefined || problems.length > 0) throw new Error(JSON.stringify(problems, null, 2));
  return parsed.gate;
}
