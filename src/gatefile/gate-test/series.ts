import { seriesLabels } from "../../promql/series-labels.ts";
import type { Complain } from "../problem-list.ts";
import type { Read } from "../leaf.ts";
import { shaped } from "../read.ts";
import { textOf } from "../text.ts";
import { type Entry, nameOfKind } from "../value.ts";
import type { GivenSeries } from "./gate-test.ts";
import { parseSeries } from "./series-text.ts";
import { writtenAt } from "./written.ts";

/** Unquoted, `5` and `0x240` are numbers to YAML. */
const SERIES_JSON = { type: "object", additionalProperties: { type: ["string", "number"] } };

/** A mapping from series to their values; one that cannot be read hides no mistake in another. */
export const seriesMap: Read<readonly GivenSeries[]> = shaped(SERIES_JSON, (value, complain) => {
  if (value.kind === "refused") return undefined;
  if (value.kind === "map")
    return value.entries.map((entry) => seriesOf(entry, complain)).filter((each) => each !== null);
  const message = `must be a mapping from series to their values, not ${nameOfKind(value)}`;
  complain({ code: "R108", at: value.at, message });
  return undefined;
});

function seriesOf({ key, keyAt, value }: Entry, complain: Complain): GivenSeries | null {
  const named = seriesLabels(key);
  if (!named.ok) complain({ code: "R801", at: keyAt, message: `\`${key.slice(0, 60)}\`: ${named.message}` });
  if (value.kind === "refused") return null;
  if (value.kind !== "scalar" || value.value === null || typeof value.value === "boolean") {
    complain({
      code: "R108",
      at: value.at,
      message: `must be values such as \`0x240\`, not ${nameOfKind(value)}`,
    });
    return null;
  }
  // Unquoted, YAML takes `0x240` for a number in base 16.
  const text = textOf(typeof value.value === "number" ? { ...value, value: value.source } : value);
  const read = parseSeries(text.text);
  if (read.ok) return named.ok ? { labels: named.labels, runs: read.runs, at: writtenAt(keyAt) } : null;
  for (const { from, to, message } of read.faults)
    complain({ code: "R801", at: text.spanOf(from, to), message });
  return null;
}
