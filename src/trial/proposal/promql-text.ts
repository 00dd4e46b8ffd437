import { escapeInString } from "../../promql/string-literal.ts";

/** A text as a string of PromQL. */
export function quoted(text: string): string {
  return `"${escapeInString(text, '"') ?? ""}"`;
}
