import type { Document, YAMLError } from "yaml";

import type { Features } from "./features.ts";
import type { Complain } from "./problem-list.ts";
import type { SourceFile, Span } from "./source.ts";
import { MAX_DEPTH } from "./value-tree.ts";

/**
 * Complains about what the YAML library found, one problem a line: what it finds behind the first of a line follows
 * from that. Returns whether there was any.
 */
export function refuseSyntax(
  document: Document.Parsed,
  file: SourceFile,
  features: Features,
  complain: Complain,
): boolean {
  const found = [...document.errors, ...document.warnings]
    .filter((problem) => !isRefusedAlready(problem, features.refused))
    .toSorted((a, b) => a.pos[0] - b.pos[0]);
  const conflict = found.length === 0 ? null : conflictIn(file);
  if (conflict !== null) {
    complain({
      code: "R102",
      at: conflict,
      message: "a merge left a conflict in the file",
      suggestion: "settle it, and delete the lines of `<<<<<<<`, `=======` and `>>>>>>>`",
    });
    return true;
  }
  const told = new Set<string>();
  for (const problem of found) {
    const at = placeIn(file, problem, features);
    const about = problem.code === "RESOURCE_EXHAUSTION" ? problem.code : `line at ${lineStart(at)}`;
    if (told.has(about) || (told.size > 0 && problem.message.includes("token in YAML stream"))) continue;
    told.add(about);
    complainOf(problem, at, complain);
  }
  return found.length > 0;
}

function complainOf(problem: YAMLError, at: Span, complain: Complain): void {
  if (problem.code === "RESOURCE_EXHAUSTION") {
    complain({ code: "R106", at, message: `the file nests deeper than ${MAX_DEPTH} levels` });
  } else if (problem.code === "MULTIPLE_DOCS") {
    complain({
      code: "R104",
      at,
      message: "the file has several documents",
      suggestion: "write one file for each",
    });
  } else {
    complain({ code: "R102", at, message: messageOf(problem), suggestion: hintFor(problem, lineAt(at)) });
  }
}

function isRefusedAlready({ code, pos: [start] }: YAMLError, refused: readonly Span[]): boolean {
  if (code !== "TAG_RESOLVE_FAILED" && code !== "BAD_ALIAS") return false;
  return refused.some((span) => span.start <= start && start <= span.end);
}

/** A quote that is never closed is missed at the end of the file; the fault is where it was opened. */
function placeIn(file: SourceFile, problem: YAMLError, { lastQuote }: Features): Span {
  const [start, end] = problem.pos;
  if (isOpenQuote(problem) && lastQuote !== null) return { file, start: lastQuote, end: lastQuote + 1 };
  return { file, start: Math.min(start, file.text.length), end };
}

function isOpenQuote({ code, message }: YAMLError): boolean {
  return code === "MISSING_CHAR" && /^Missing closing ["']quote/.test(message);
}

function messageOf(problem: YAMLError): string {
  if (isOpenQuote(problem)) return "the quote is never closed";
  return problem.code === "NON_STRING_KEY" ? "a key must be a text" : problem.message;
}

function conflictIn(file: SourceFile): Span | null {
  const marker = /^<{7} .*$/m.exec(file.text);
  return marker === null
    ? null
    : { file, start: marker.index, end: marker.index + marker[0].trimEnd().length };
}

function lineStart({ file, start }: Span): number {
  return file.text.lastIndexOf("\n", start - 1) + 1;
}

function lineAt(at: Span): string {
  return at.file.text.slice(lineStart(at)).split("\n", 1)[0] ?? "";
}

/** YAML gives some characters at the beginning of a value a meaning of their own, and limits begin with them. */
function hintFor({ code, message }: YAMLError, line: string): string | null {
  if (/\{\{|\{%/.test(line)) return "files are read as they stand: check what the template makes of it";
  const operator = /:\s+(>=?)\s*(\S.*)$/.exec(line);
  if (operator !== null) {
    const word = operator[1] === ">" ? "above" : "at least";
    return `put the limit in quotes, or write \`${word} ${operator[2]}\``;
  }
  if (/:\s+[@`%]/.test(line)) return "put the value in quotes";
  if (/^\s*\t/.test(line)) return "indent with spaces";
  if (code === "MULTILINE_IMPLICIT_KEY") return keyHint(line);
  if (code === "BLOCK_AS_IMPLICIT_KEY" && /: .*:(?: |$)/.test(line)) {
    return "put the value in quotes: a colon before a space begins another key";
  }
  if (/^Unexpected flow-(?:map|seq)-start at node end/.test(message)) {
    return "put the value in quotes: between braces and brackets of YAML it may have none of its own";
  }
  return message.startsWith("Sequence item without")
    ? "indent it like the keys of the item above it, or begin an item with `- `"
    : null;
}

function keyHint(line: string): string | null {
  const [, key, behind] = /^\s*(?:- +)?([\w"'-]+:)([^ \t\r])/.exec(line) ?? [];
  if (key === undefined || behind === undefined) return null;
  return behind.trim() === ""
    ? `what stands behind \`${key}\` looks like a space and is none: write a space`
    : `write a space behind \`${key}\``;
}
