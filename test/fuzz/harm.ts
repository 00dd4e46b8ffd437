import { isDeepStrictEqual } from "node:util";
import { type ParsedFiles, parseFiles } from "../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "../unit/gatefile/defaults.ts";

const BESIDE = { path: "beside.yaml", text: SMALLEST.replaceAll("new-checkout", "beside") };
const alone = parseFiles([BESIDE], DEFAULTS).gates.get("beside");

export type Outcome = {
  /** What a bad file must never do; null: it did not. */
  readonly harm: string | null;
  /** Whether the file was taken as it is. */
  readonly isTaken: boolean;
};

/** Reads a damaged file beside a good one; one that is taken also in the other order of the two. */
export function readDamaged(bytes: Uint8Array): Outcome {
  const damaged = { path: "damaged.yaml", text: bytes };
  const parsed = parseFiles([damaged, BESIDE], DEFAULTS);
  const isTaken = !parsed.broken.some(({ path }) => path === damaged.path);
  const harm = harmBeside(parsed) ?? (isTaken ? null : harmInWords(parsed, bytes));
  if (harm !== null || !isTaken) return { harm, isTaken };
  const turned = parseFiles([BESIDE, damaged], DEFAULTS);
  const isSame = isDeepStrictEqual(new Map(parsed.gates), new Map(turned.gates));
  return { harm: isSame ? null : "another meaning in another order of files", isTaken };
}

function harmBeside({ gates, broken, problems }: ParsedFiles): string | null {
  // Who takes the name of another gate is told at both of them.
  if (broken.some(({ name, path }) => name === "beside" && path === "damaged.yaml")) return null;
  if (problems.some(({ file }) => file === BESIDE.path)) return "a problem of the file beside it";
  return isDeepStrictEqual(gates.get("beside"), alone) ? null : "another gate beside it";
}

/** What is refused is refused for a reason, at a place that an editor can go to. */
function harmInWords({ problems }: ParsedFiles, bytes: Uint8Array): string | null {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/).length;
  const own = problems.filter(({ file }) => file === "damaged.yaml");
  if (own.length === 0) return "refused without a problem";
  const astray = own.find(({ line, column, length }) => Math.min(line, column, length) < 1 || line > lines);
  return astray === undefined ? null : `${astray.code} at ${astray.line}:${astray.column}, of ${lines} lines`;
}
