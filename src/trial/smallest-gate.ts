import type { Unit } from "../domain/gate.ts";
import { inferCounts } from "../promql/counts.ts";
import { firstMetric } from "../promql/selectors.ts";
import { directionOf, type LimitTexts } from "./given-limits.ts";
import { inComment, yamlText } from "./proposal/yaml-text.ts";

export type GateText = {
  readonly query: string;
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  readonly limits: LimitTexts;
  /** Stands above the limits as a comment. */
  readonly why: string | null;
};

/** A whole gate file around one query: it only watches, and the comment says how it would drive a flag. */
export function gateOfQuery(text: GateText): string {
  const { query, unit, limits, better, why } = text;
  const counts = inferCounts(query) !== null;
  const isNamed = nameFrom(firstMetric(query)) !== null;
  const stated = (["advance", "halt", "rollback"] as const).flatMap((verb) => {
    const limit = limits[verb];
    return limit === null ? [] : [`    ${verb}: ${yamlText(limit)}`];
  });
  return [
    ...head(nameFrom(firstMetric(query)) ?? "my-gate"),
    "#flag: your-flag # with a flag it drives a ramp; without one it only answers",
    "signals:",
    `  - query: ${yamlText(query.trim())}`,
    ...(isNamed ? [] : ["    name: value"]),
    ...(unit === "none" || (unit === "ratio" && counts) ? [] : [`    unit: ${unit}`]),
    // Of other queries the limits tell it.
    ...(better === "higher" && (counts || directionOf(limits) === null) ? ["    better: higher"] : []),
    ...(why === null ? [] : [`    # ${inComment(why)}`]),
    ...stated,
    "",
  ].join("\n");
}

/** A whole gate file around one alert guard. */
export function gateOfGuard(match: string): string {
  return [
    ...head(nameFrom(/^[\w-]+$/.test(match) ? match : (/"([\w-]+)"/.exec(match)?.[1] ?? null)) ?? "my-gate"),
    "# Alerts are guards: they can close it, and nothing here proves health. A signal does.",
    "alerts:",
    `  - ${yamlText(match.trim())}`,
    "",
  ].join("\n");
}

function head(name: string): readonly string[] {
  return ["schema: gate/v1", `name: ${name}`, "owner: your-team # who is asked when it halts"];
}

function nameFrom(text: string | null): string | null {
  const name = (text ?? "")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? null : name;
}
