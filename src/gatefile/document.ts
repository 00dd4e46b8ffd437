import { type Document, isScalar, parseDocument } from "yaml";

import { refuseFeatures } from "./features.ts";
import type { Complain } from "./problem-list.ts";
import type { SourceFile, Span } from "./source.ts";
import { refuseSyntax } from "./syntax-problems.ts";
import { entryOf, firstLine, type MapValue } from "./value.ts";
import { MAX_VALUES, valueTree } from "./value-tree.ts";

/** The mapping a file consists of; null when there is none that can be trusted, with every reason complained. */
export function readDocument(file: SourceFile, complain: Complain): MapValue | null {
  const start: Span = { file, start: 0, end: 0 };
  const features = refuseFeatures(file, complain);
  if (features.scalars > 2 * MAX_VALUES) {
    complain({
      code: "R106",
      at: start,
      message: `the file has more than ${MAX_VALUES} values`,
      suggestion: "split it",
    });
    return null;
  }
  const document = compose(file);
  if (refuseSyntax(document, file, features, complain)) return null;

  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    complain({
      code: "R105",
      at: start,
      message: "the file is empty",
      suggestion: "begin with `schema: gate/v1`",
    });
    return null;
  }
  const value = valueTree(root, file, complain);
  if (value === "too-many") {
    complain({
      code: "R106",
      at: start,
      message: `the file has more than ${MAX_VALUES} values`,
      suggestion: "split it",
    });
    return null;
  }
  if (value.kind === "map") return value;
  if (value.kind !== "refused") {
    complain({
      code: "R105",
      at: firstLine(value.at),
      message: "the file must be a mapping",
      suggestion: "begin with `schema: gate/v1`",
    });
  }
  return null;
}

/** Keys are compared by us: the library's own comparison takes seconds on a file made of keys. */
function compose(file: SourceFile): Document.Parsed {
  return parseDocument(file.text, {
    version: "1.2",
    strict: true,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
}

/** The text of a key of the file's root, where it has one. */
export function textUnder(root: MapValue, key: string): string | null {
  const value = entryOf(root, key)?.value;
  return value?.kind === "scalar" && typeof value.value === "string" ? value.value : null;
}
