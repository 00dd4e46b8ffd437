import { printable } from "../../gatefile/invisible.ts";

const PLAIN = /^[A-Za-z][\w./-]*(?: [\w./()%-]+)*$/;
/** Words that are no text to a YAML parser. */
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** The text as a value of YAML on one line. */
export function yamlText(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  // Doubled quotes are the only escape between single ones; what needs another stands between double ones.
  return printable(text) === text && !text.includes("\n")
    ? `'${text.replaceAll("'", "''")}'`
    : JSON.stringify(text);
}

/** The text in a comment, where a line break would end it. */
export function inComment(text: string): string {
  return printable(text.replaceAll(/\s+/g, " "));
}
