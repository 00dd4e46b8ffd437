import { LineCounter, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import type { Problem } from "../domain/problem.ts";
import { nearestName } from "../text/nearest-name.ts";
import { configOf } from "./config.ts";
import type { Config } from "./config.ts";
import { knownKeys } from "./known-keys.ts";
import { locate } from "./locate.ts";
import { fileSchema } from "./schema.ts";

/** A larger file is not a configuration; reading it could take long. */
const MAX_LENGTH = 64 * 1024;

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Place = { readonly offset: number; readonly length: number };

/** Reads the text of a configuration and says everything that is wrong with it at once. An empty file is all defaults. */
export function parseConfig(text: string, file: string): ParsedConfig {
  if (text.length > MAX_LENGTH) {
    return {
      ok: false,
      problems: [problem(file, null, { offset: 0, length: 1 }, "the file is larger than 64 KiB")],
    };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    stringKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const syntax = [...syntaxFaults(document)].map(([place, message]) => problem(file, lines, place, message));
  if (syntax.length > 0) return { ok: false, problems: syntax };

  const parsed = fileSchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {}, { reportInput: true });
  if (parsed.success) return { ok: true, config: configOf(parsed.data) };
  const problems = parsed.error.issues
    .flatMap((issue) => faultsOf(issue))
    .map(({ path, ofKey, message, suggestion }) =>
      problem(file, lines, locate(document, path, ofKey), `${path.join(".")} ${message}`.trim(), suggestion),
    );
  return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

/** Anchors, tags and second documents have no use here and hide what a file says. */
function syntaxFaults(document: Document.Parsed): ReadonlySet<[Place, string]> {
  const faults = new Set<[Place, string]>();
  for (const fault of [...document.errors, ...document.warnings]) {
    const message = fault.code === "MULTIPLE_DOCS" ? "the file must be one document" : fault.message;
    faults.add([{ offset: fault.pos[0], length: Math.max(1, fault.pos[1] - fault.pos[0]) }, message]);
  }
  const refuse = (node: { range?: readonly number[] | null | undefined }, message: string) => {
    faults.add([{ offset: node.range?.[0] ?? 0, length: 1 }, message]);
  };
  visit(document, {
    Alias: (_, node) => refuse(node, "aliases are not read here; write the value out"),
    Node(_, node) {
      if ("anchor" in node && node.anchor !== undefined) refuse(node, "anchors are not read here");
      if (node.tag?.startsWith("!") === true) refuse(node, "tags are not read here");
    },
  });
  return faults;
}

type Fault = {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong, not what stands under it. */
  readonly ofKey: boolean;
  readonly message: string;
  readonly suggestion: string | null;
};

function faultsOf(issue: z.core.$ZodIssue): readonly Fault[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(path);
    return issue.keys.map((key) => {
      const near = nearestName(key, known);
      const suggestion = near === null ? `one of ${known.join(", ")}` : `did you mean ${near}?`;
      return { path: [...path, key], ofKey: true, message: "is not a key", suggestion };
    });
  }
  if (issue.code === "invalid_key") {
    return issue.issues.map(({ message }) => ({ path, ofKey: true, message, suggestion: null }));
  }
  const message = issue.code === "invalid_type" ? wrongType(issue) : issue.message;
  return [{ path, ofKey: false, message, suggestion: null }];
}

const KINDS: Readonly<Record<string, string>> = {
  object: "must be a mapping of keys",
  record: "must be a mapping of keys",
  array: "must be a list",
  string: "must be text",
};

/** Our own fields bring their sentence; the rest is a container of the wrong kind, or nothing where something must be. */
function wrongType(issue: z.core.$ZodIssueInvalidType): string {
  if (issue.input === undefined) return "must be given";
  return issue.message.startsWith("Invalid") ? (KINDS[issue.expected] ?? issue.message) : issue.message;
}

function problem(
  file: string,
  lines: LineCounter | null,
  place: Place,
  message: string,
  suggestion: string | null = null,
): Problem {
  const { line, col } = lines?.linePos(place.offset) ?? { line: 1, col: 1 };
  return {
    file,
    line: Math.max(1, line),
    column: Math.max(1, col),
    length: Math.max(1, place.length),
    code: "config",
    severity: "error",
    message,
    suggestion,
  };
}

/** One line a problem: `config/rampart.yaml:3:1 htpp is not a key (did you mean http?)`. */
export function formatConfigProblems(problems: readonly Problem[]): string {
  return problems
    .map(({ file, line, column, message, suggestion }) => {
      const hint = suggestion === null ? "" : ` (${suggestion})`;
      return `${file}:${line}:${column} ${message}${hint}`;
    })
    .join("\n");
}
