import type { Problem } from "../domain/problem.ts";
import { MAX_FILE_BYTES } from "../gatefile/decode.ts";

/** A file as a whole is the fault: it points at its beginning. */
export function diskProblem(file: string, message: string, code: "R100" | "R106" | "R180" = "R100"): Problem {
  const severity = code === "R180" ? "warning" : "error";
  return { file, line: 1, column: 1, length: 1, code, severity, message, suggestion: null };
}

export function tooLarge(file: string, bytes: number): Problem {
  return diskProblem(file, `the file has ${bytes} bytes; at most ${MAX_FILE_BYTES} are read`, "R106");
}
