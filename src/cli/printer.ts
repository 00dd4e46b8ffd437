import { stringify } from "yaml";
import type { CliContext } from "./context.ts";
import { createPaint } from "./paint.ts";
import type { Paint } from "./paint.ts";
import { safeJson, shown } from "./shown.ts";

export const FORMATS = ["human", "json", "yaml", "plain"] as const;

export type Format = (typeof FORMATS)[number];

export type PrintOptions = { readonly output: Format; readonly color: boolean; readonly quiet?: boolean };

/** One result in the form that was asked for: data goes to stdout, remarks to stderr. */
export type Printer = {
  readonly format: Format;
  readonly paint: Paint;
  data(forms: {
    /** What json and yaml show. */
    readonly value: unknown;
    readonly human: () => string;
    /** Rows for `cut` and `awk`: no heading, no decoration, one tab between fields. */
    readonly plain: () => readonly (readonly string[])[];
  }): void;
  /** For people, and left out with --quiet. */
  note(text: string): void;
  /** Why a command did not do what it was asked; never left out. */
  fault(text: string): void;
};

export function createPrinter(context: CliContext, options: PrintOptions): Printer {
  const { stdout, stderr, env } = context;
  const isColoured = options.color && stdout.isTTY && (env["NO_COLOR"] ?? "") === "";
  return {
    format: options.output,
    paint: createPaint(isColoured),
    data({ value, human, plain }) {
      switch (options.output) {
        case "human":
          return stdout.write(`${human()}\n`);
        case "json":
          return stdout.write(`${safeJson(value)}\n`);
        case "yaml":
          return stdout.write(stringify(shown(value), { lineWidth: 0 }));
        case "plain":
          return stdout.write(
            plain()
              .map((row) => `${row.map((field) => field.replaceAll("\t", " ")).join("\t")}\n`)
              .join(""),
          );
      }
    },
    note(text) {
      if (options.quiet !== true) stderr.write(`${text}\n`);
    },
    fault: (text) => stderr.write(`${text}\n`),
  };
}
