import type { Gate } from "../domain/gate.ts";
import { MINUTE } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import { parseFiles } from "../gatefile/parse-files.ts";

const PATH = "gate.yaml";

export type GateOfText =
  | { readonly ok: true; readonly gate: Gate }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The gate of one text, read by the gate language itself: what it refuses here it refuses in a file. */
export function gateOfText(text: string, source: string): GateOfText {
  const { gates, problems } = parseFiles([{ path: PATH, text }], {
    environment: "production",
    server: "default",
    source,
    scrapeIntervalMs: MINUTE,
  });
  const [only] = gates.values();
  if (only !== undefined) return { ok: true, gate: only.gate };
  return { ok: false, problems: problems.filter(({ severity }) => severity === "error") };
}
