import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { table } from "./sections.ts";

const LIBRARIES = join(import.meta.dirname, "../../gates/signals");

const SHAPE = z.object({
  signals: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      unit: z.string().optional(),
      better: z.string().optional(),
      lag: z.string().optional(),
      period: z.string().optional(),
      advance: z.string().optional(),
      halt: z.string().optional(),
      rollback: z.string().optional(),
      params: z.union([z.array(z.string()), z.record(z.string(), z.string())]).optional(),
    }),
  ),
});

type Signal = z.infer<typeof SHAPE>["signals"][number];

/** The signals of one library that comes with the product, in the order of their file. */
export function libraryTable(file: string): string {
  return table(
    ["Signal", "What it is", "Unit", "Better", "Parameters", "Lag", "Period"],
    signalsOf(file).map(({ name, title, unit, better, params, lag, period }) => [
      `\`${name}\``,
      title,
      unit ?? "none",
      better ?? "by its limits",
      parametersOf(params),
      lag ?? "",
      period ?? "",
    ]),
  );
}

/** The limits that the signals of one library suggest. */
export function suggestionsTable(file: string): string {
  return table(
    ["Signal", "What it is", "Parameters", "`advance`", "`halt`", "`rollback`"],
    signalsOf(file).map(({ name, title, params, advance, halt, rollback }) => [
      `\`${name}\``,
      title,
      parametersOf(params),
      advance ?? "",
      halt ?? "",
      rollback ?? "",
    ]),
  );
}

function signalsOf(file: string): readonly Signal[] {
  return SHAPE.parse(parse(readFileSync(join(LIBRARIES, file), "utf8"))).signals;
}

function parametersOf(params: readonly string[] | Readonly<Record<string, string>> | undefined): string {
  if (params === undefined) return "";
  if (Array.isArray(params)) return params.map((name) => `\`${name}\``).join(", ");
  return Object.entries(params)
    .map(([name, fallback]) => `\`${name}\` (\`${fallback}\`)`)
    .join(", ");
}
