import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { definitionHash } from "../disk/definition-hash.ts";
import type { Gate } from "../domain/gate.ts";
import type { Problem } from "../domain/problem.ts";
import { gatesPath, readGateFolder } from "../gate-folder.ts";
import { nearestName } from "../text/nearest-name.ts";

export type GateOfFile =
  | { readonly kind: "gate"; readonly gate: Gate; readonly hash: string }
  /** The file declares no gate that can be used. `texts` are of all files that were read, by the path problems name. */
  | {
      readonly kind: "faulty";
      readonly problems: readonly Problem[];
      readonly texts: ReadonlyMap<string, string>;
    }
  | { readonly kind: "unreadable"; readonly message: string };

/** The gate of one file, parsed with the libraries beside it; names are those of the configuration, if there is one. */
export async function gateOfFile(path: string, configPath: string): Promise<GateOfFile> {
  const folder = await readGateFolder(path, configPath);
  if (folder.kind === "unreadable") return folder;
  const found = [...folder.gates.values()].find((parsed) => resolve(parsed.path) === resolve(path));
  if (found !== undefined) {
    return { kind: "gate", gate: found.gate, hash: definitionHash(found.gate) };
  }
  const { problems, texts } = folder;
  if (problems.some(({ severity }) => severity === "error")) return { kind: "faulty", problems, texts };
  return { kind: "unreadable", message: `${path} declares no gate: it must begin with \`schema: gate/v1\`` };
}

/** The gate of a file, or the one of that name in the folder of gates. */
export async function gateOfTarget(target: string, configPath: string): Promise<GateOfFile> {
  const isFile = await stat(target).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile ? gateOfFile(target, configPath) : gateOfName(target, configPath);
}

async function gateOfName(name: string, configPath: string): Promise<GateOfFile> {
  const path = await gatesPath(configPath);
  const folder = await readGateFolder(path, configPath);
  if (folder.kind === "unreadable") {
    return { kind: "unreadable", message: `there is no file ${name}, and ${folder.message}` };
  }
  const found = folder.gates.get(name);
  if (found !== undefined) return { kind: "gate", gate: found.gate, hash: definitionHash(found.gate) };
  const broken = folder.broken.find((file) => file.name === name);
  if (broken !== undefined) {
    const problems = folder.problems.filter(({ file }) => file === broken.path);
    return { kind: "faulty", problems, texts: folder.texts };
  }
  const near = nearestName(name, [...folder.gates.keys()]);
  const hint = near === null ? "" : `; did you mean \`${near}\`?`;
  return {
    kind: "unreadable",
    message: `there is no gate and no file \`${name}\` in ${path}${hint}`,
  };
}
