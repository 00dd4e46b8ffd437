import { resolve } from "node:path";
import { definitionHash } from "../disk/definition-hash.ts";
import type { Gate } from "../domain/gate.ts";
import type { Problem } from "../domain/problem.ts";
import { readGateFolder } from "../gate-folder.ts";

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
