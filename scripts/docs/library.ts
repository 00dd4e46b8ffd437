import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { table } from "./sections.ts";

const LIBRARY = join(import.meta.dirname, "../../gates/signals/commerce.yaml");

const SHAPE = z.object({
  signals: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      unit: z.string(),
      better: z.string(),
      lag: z.string().optional(),
      period: z.string().optional(),
      params: z.union([z.array(z.string()), z.record(z.string(), z.string())]).optional(),
    }),
  ),
});

/** The signals that come with the product, in the order of their file. */
export function libraryTable(): string {
  const { signals } = SHAPE.parse(parse(readFileSync(LIBRARY, "utf8")));
  return table(
    ["Signal", "What it is", "Unit", "Better", "Parameters", "Lag", "Period"],
    signals.map(({ name, title, unit, better, params, lag, period }) => [
      `\`${name}\``,
      title,
      unit,
      better,
      parametersOf(params),
      lag ?? "",
      period ?? "",
    ]),
  );
}

function parametersOf(params: readonly string[] | Readonly<Record<string, string>> | undefined): string {
  if (params === undefined) return "";
  if (Array.isArray(params)) return params.map((name) => `\`${name}\``).join(", ");
  return Object.entries(params)
    .map(([name, fallback]) => `\`${name}\` (\`${fallback}\`)`)
    .join(", ");
}
