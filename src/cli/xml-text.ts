import { printable } from "../gatefile/invisible.ts";

/** Text between two tags. XML 1.0 has no place for control characters, escaped or not. */
export function xmlText(text: string): string {
  const visible = text.split("\n").map(printable).join("\n");
  return visible.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The value of an attribute, on one line. */
export function xmlAttribute(text: string): string {
  return xmlText(printable(text)).replaceAll('"', "&quot;");
}
