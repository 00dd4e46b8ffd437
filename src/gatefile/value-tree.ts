import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type Scalar as YamlScalar,
} from "yaml";

import { invisibleIn } from "./invisible.ts";
import type { Complain } from "./problem-list.ts";
import type { SourceFile, Span } from "./source.ts";
import { type Entry, firstLine, type MapValue, type Scalar, type Value } from "./value.ts";

export const MAX_VALUES = 2_000;
export const MAX_DEPTH = 20;

/** The composed nodes as plain data; "too-many" when there are more of them than a file may hold. */
export function valueTree(root: ParsedNode, file: SourceFile, complain: Complain): Value | "too-many" {
  const reader: Reader = { file, complain, values: 0 };
  const value = valueOf(root, reader, 1);
  return reader.values > MAX_VALUES ? "too-many" : value;
}

type Reader = { readonly file: SourceFile; readonly complain: Complain; values: number };

function valueOf(node: ParsedNode | null, reader: Reader, depth: number): Value {
  const at = spanOf(node, reader.file);
  reader.values += 1;
  // Enough is known: the whole file is refused, and walking on would only cost time.
  if (reader.values > MAX_VALUES) return { kind: "refused", at };
  if (depth > MAX_DEPTH && isCollection(node)) {
    reader.complain({
      code: "R106",
      at: firstLine(at),
      message: `the file nests deeper than ${MAX_DEPTH} levels`,
    });
    return { kind: "refused", at };
  }
  if (node === null || isAlias(node)) return { kind: "refused", at };
  if (isScalar(node)) return scalarOf(node, at, reader);
  if (isMap(node)) return mapOf(node.items, at, reader, depth);
  if (!isSeq(node)) return { kind: "refused", at };
  const items = node.items.map((item) =>
    isPair(item) ? { kind: "refused" as const, at } : valueOf(item, reader, depth + 1),
  );
  return { kind: "list", items, at };
}

function mapOf(
  pairs: readonly Pair<ParsedNode, ParsedNode | null>[],
  at: Span,
  reader: Reader,
  depth: number,
): MapValue {
  const { file, complain } = reader;
  const seen = new Map<string, Span>();
  const entries: Entry[] = [];
  for (const pair of pairs) {
    const keyAt = spanOf(pair.key, file);
    const key = isScalar(pair.key) && typeof pair.key.value === "string" ? pair.key.value : "";
    const first = seen.get(key);
    if (first !== undefined) {
      complain({
        code: "R103",
        at: keyAt,
        message: `\`${key}\` is written twice in this mapping`,
        suggestion: "keep one of them",
      });
      continue;
    }
    seen.set(key, keyAt);
    const value = pair.value === null ? nothingAfter(keyAt) : valueOf(pair.value, reader, depth + 1);
    if (key === "<<") {
      complain({
        code: "R104",
        at: keyAt,
        message: "merge keys are not used in gates",
        suggestion: "write the keys out",
      });
      continue;
    }
    entries.push({ key, keyAt, value });
  }
  return { kind: "map", entries, at };
}

const STYLES: Readonly<Record<string, Scalar["style"]>> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "block",
  BLOCK_FOLDED: "block",
};

function scalarOf(node: YamlScalar, at: Span, reader: Reader): Value {
  const value = node.value;
  if (
    value !== null &&
    typeof value !== "string" &&
    typeof value !== "number" &&
    typeof value !== "boolean"
  ) {
    return { kind: "refused", at };
  }
  const [hidden] = typeof value === "string" ? invisibleIn(value) : [];
  if (hidden !== undefined) {
    reader.complain({
      code: "R100",
      at: firstLine(at),
      message: `the text contains the character ${hidden.name}, which cannot be seen`,
      suggestion:
        node.type === "QUOTE_DOUBLE"
          ? "in double quotes a backslash begins an escape: put the text in single quotes"
          : "delete it",
    });
    return { kind: "refused", at };
  }
  const source = at.file.text.slice(at.start, at.end);
  return { kind: "scalar", value, source, style: STYLES[node.type ?? "PLAIN"] ?? "plain", at };
}

function nothingAfter(keyAt: Span): Value {
  return { kind: "scalar", value: null, source: "", style: "plain", at: keyAt };
}

function spanOf(node: ParsedNode | null, file: SourceFile): Span {
  const range = node?.range;
  return { file, start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}
