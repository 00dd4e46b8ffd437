import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Patch, REPOSITORY, inPatchedCopy } from "./patched-copy.ts";

const run = promisify(execFile);

type Proof =
  | { readonly kind: "found"; readonly invariant: string; readonly seed: string }
  | { readonly kind: "missed"; readonly why: string }
  /** It was never played: it does not apply, changes nothing, or does not compile. */
  | { readonly kind: "unusable"; readonly why: string };

type Asked = { readonly seeds: number; readonly from: number; readonly workers: number };

/** Plants each patch in a copy of the sources and plays seeds until an invariant breaks; true when every one was found. */
export async function provePatches(
  patches: readonly Patch[],
  asked: Asked,
  print: (line: string) => void,
): Promise<boolean> {
  print(`${"planted".padEnd(40)}${"found by".padEnd(14)}seed`);
  const kinds: Proof["kind"][] = [];
  const waiting = [...patches];
  const worker = async (): Promise<void> => {
    for (let patch = waiting.shift(); patch !== undefined; patch = waiting.shift()) {
      const proof = await prove(patch, asked);
      kinds.push(proof.kind);
      print(rowOf(patch, proof));
    }
  };
  await Promise.all(Array.from({ length: asked.workers }, worker));
  const found = kinds.filter((kind) => kind === "found").length;
  const unusable = kinds.filter((kind) => kind === "unusable").length;
  print(`${found} of ${patches.length} planted defects were found`);
  if (unusable > 0) print(`${unusable} could not be played at all: nothing is proven by them`);
  return found === patches.length;
}

function rowOf({ name, says }: Patch, proof: Proof): string {
  const start = name.padEnd(40);
  if (proof.kind === "found") return start + proof.invariant.padEnd(14) + proof.seed;
  const what = proof.kind === "missed" ? "NOT FOUND" : "NOT PLAYED";
  return `${start}${what}: ${proof.why}${says === "" ? "" : ` (${says})`}`;
}

export async function prove(patch: Patch, { seeds, from }: Asked): Promise<Proof> {
  const played = await inPatchedCopy(patch, async (root) => look(root, seeds, from));
  return "misfit" in played ? { kind: "unusable", why: played.misfit } : played;
}

/** A seed that the sound sources break, too, proves nothing: it is passed over. */
async function look(root: string, seeds: number, from: number): Promise<Proof> {
  const proof = await play(root, seeds, from);
  const seed = proof.kind === "found" ? Number(proof.seed) : Number.NaN;
  if (Number.isNaN(seed) || (await play(REPOSITORY, 1, seed)).kind !== "found") return proof;
  const left = from + seeds - seed - 1;
  return left > 0
    ? look(root, left, seed + 1)
    : { kind: "missed", why: "not by a seed that is sound without it" };
}

/** Only a seed that breaks an invariant counts: sources that do not run at all prove nothing. */
async function play(root: string, seeds: number, from: number): Promise<Proof> {
  const asked = ["--seeds", String(seeds), "--from", String(from), "--workers", "1"];
  const { output, error } = await run(process.execPath, ["test/simulation/main.ts", ...asked], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout }) => ({ output: stdout, error: "" }),
    (failed: { stdout?: string; stderr?: string }) => ({
      output: failed.stdout ?? "",
      error: failed.stderr ?? "",
    }),
  );
  const { seed, invariant } =
    /^seed (?<seed>\d+) broke .*\n {2}(?<invariant>\S+) /m.exec(output)?.groups ?? {};
  if (seed !== undefined && invariant !== undefined) return { kind: "found", invariant, seed };
  if (/^moves that are not legal: /m.test(output)) {
    return { kind: "found", invariant: "illegal move", seed: `one of ${seeds}` };
  }
  return error === ""
    ? { kind: "missed", why: `not in ${seeds} seeds` }
    : { kind: "unusable", why: `it does not run: ${firstOf(error)}` };
}

/** What went wrong, without the stack. */
function firstOf(error: string): string {
  return (/^\w*Error.*$/m.exec(error)?.[0] ?? error.trim()).slice(0, 300);
}
