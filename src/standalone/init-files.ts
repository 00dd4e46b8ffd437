import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { InitFile, InitOutcome, InitProposal, InitRequest } from "../cli/standalone/init.ts";
import type { Config } from "../config/config.ts";
import { readFolder } from "../disk/folder-snapshot.ts";
import { parseFiles } from "../gatefile/parse-files.ts";
import { parseDefaults } from "../parse-defaults.ts";
import { readText } from "../read-text.ts";
import type { GateProposal } from "../trial/propose-gate.ts";
import type { InitConfig } from "./init-config.ts";

/** The files of a proposal, where they will lie; refused when one is there already or the gate would not load. */
export async function placeFiles(
  proposal: GateProposal & { readonly kind: "proposed" },
  told: string | null,
  { config, path, text, extended, remarks }: InitConfig,
  force: boolean,
): Promise<InitOutcome> {
  const out = told ?? join(config.gates.path, `${proposal.name}.yaml`);
  if (!force && (await isThere(out))) return { kind: "refused", message: alreadyThere(out) };
  const clash = await clashIn(config, out, proposal.text);
  if (clash !== null) return { kind: "refused", message: clash };
  const isOutside = relative(resolve(config.gates.path), resolve(out)).startsWith("..");
  const files: readonly InitFile[] = [
    ...(text === null ? [] : [{ path, text, isReplaceable: false, extended }]),
    { path: out, text: proposal.text, isReplaceable: true, extended: null },
  ];
  const made: InitProposal = {
    gate: proposal.name,
    files,
    folders: [...new Set([dirname(config.store.path), config.gates.path])],
    summary: proposal.summary,
    remarks: [
      ...proposal.remarks,
      ...remarks,
      ...(isOutside ? [`${out} is not in ${config.gates.path}, where the server looks for gates`] : []),
    ],
    next: nextSteps(proposal.name, out, config, { isNew: text !== null && extended === null }),
  };
  return { kind: "proposed", proposal: made };
}

/** What the new file would break in the folder, or be broken by; null when it fits in. */
async function clashIn(config: Config, out: string, text: string): Promise<string | null> {
  const reading = await readFolder(config.gates.path);
  const others = reading.ok ? reading.snapshot.files : [];
  const { problems } = parseFiles(
    [
      ...others
        .filter((file) => resolve(file.path) !== resolve(out))
        .map((file) => ({ path: file.path, text: file.bytes })),
      { path: out, text },
    ],
    parseDefaults(config),
  );
  const own = problems.find(({ file, severity }) => file === out && severity === "error");
  return own === undefined ? null : `the gate would not load: ${own.message} (${own.code})`;
}

function nextSteps(
  name: string,
  out: string,
  config: Config,
  { isNew }: { readonly isNew: boolean },
): readonly string[] {
  const first = `rampart check ${out} --for deploy`;
  if (!isNew) return [first, "rampart doctor", `rampart status ${name}`, `rampart explain ${name}`];
  const token = "rampart token create --kind machine --name local --scopes read";
  return [
    first,
    `${token} --store ${config.store.path} > local.token`,
    "rampart serve",
    "RAMPART_TOKEN_FILE=local.token rampart status",
    `RAMPART_TOKEN_FILE=local.token rampart explain ${name}`,
  ];
}

/** Writes what was proposed, and nothing that was there before unless it may be replaced. */
export async function writeFiles(request: InitRequest & { readonly kind: "write" }): Promise<InitOutcome> {
  const { files, folders, force } = request;
  const replaced = new Set<InitFile>();
  for (const file of files) {
    if (!(await isThere(file.path))) continue;
    const isSame = file.extended !== null && (await readText(file.path)) === file.extended;
    if (!isSame && !(force && file.isReplaceable)) {
      return { kind: "refused", message: alreadyThere(file.path) };
    }
    replaced.add(file);
  }
  try {
    for (const folder of [...folders, ...files.map(({ path }) => dirname(path))]) {
      await mkdir(folder, { recursive: true });
    }
    // The gate last: who finds it has everything that belongs to it.
    for (const file of files) {
      await writeFile(file.path, file.text, { flag: replaced.has(file) ? "w" : "wx" });
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "refused", message: `not everything could be written: ${reason}` };
  }
  return { kind: "written", paths: files.map(({ path }) => path) };
}

function alreadyThere(path: string): string {
  return `${path} exists already and is left as it is; name another with --out, or replace a gate file with --force`;
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
