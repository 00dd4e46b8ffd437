import type { SuggestedLimits } from "./suggested-limits.ts";
import { yamlText } from "./yaml-text.ts";

/** A signal as it will stand in the file. */
export type SignalText = {
  readonly name: string;
  readonly title: string;
  /** Where it comes from, a line each. */
  readonly remarks: readonly string[];
  readonly query: string;
  /** Further keys, as written. */
  readonly more: readonly (readonly [key: string, text: string])[];
  readonly limits: SuggestedLimits;
};

/** The lines of one entry of `signals:`. */
export function signalLines(signal: SignalText): readonly string[] {
  const { limits } = signal;
  const stated = [
    ["advance", limits.advance],
    ["halt", limits.halt],
    ["rollback", limits.rollback],
  ] as const;
  return [
    ...signal.remarks.map((remark) => `  # ${remark}`),
    `  - name: ${signal.name}`,
    `    title: ${yamlText(signal.title)}`,
    `    query: ${yamlText(signal.query)}`,
    ...signal.more.map(([key, text]) => `    ${key}: ${text}`),
    `    # Suggested limits: ${limits.why}.`,
    ...stated.flatMap(([key, text]) => (text === null ? [] : [`    ${key}: ${text}`])),
  ];
}
