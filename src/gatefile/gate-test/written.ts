import { placeOf, type Span } from "../source.ts";
import type { Written } from "./gate-test.ts";

export function writtenAt(at: Span): Written {
  return { file: at.file.path, line: placeOf(at).line };
}
