import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ShowOutcome, ShowRequest } from "../cli/standalone/show.ts";
import { readEnv } from "../config/env.ts";
import { type GateFolder, gatesPath, readGateFolder } from "../gate-folder.ts";
import { effectiveGate } from "../gatefile/effective/effective-gate.ts";
import { nearestName } from "../text/nearest-name.ts";

type Folder = GateFolder & { readonly kind: "read" };

/** The gate of a file, or of the folder of gates, as it takes effect. */
export async function show({ target, env }: ShowRequest): Promise<ShowOutcome> {
  const { configPath } = readEnv(env);
  const isFile = await stat(target).then(
    (found) => found.isFile(),
    () => false,
  );
  const path = isFile ? target : await gatesPath(configPath);
  const folder = await readGateFolder(path, configPath);
  if (folder.kind === "unreadable") {
    const message = isFile ? folder.message : `there is no file ${target}, and ${folder.message}`;
    return { kind: "unusable", message };
  }
  return isFile ? ofFile(folder, target) : ofName(folder, target, path);
}

function ofFile(folder: Folder, target: string): ShowOutcome {
  const found = [...folder.texts.keys()].find((path) => resolve(path) === resolve(target));
  const message = `${target} declares no gate: it must begin with \`schema: gate/v1\``;
  return found === undefined ? { kind: "unusable", message } : shown(folder, found, message);
}

function ofName(folder: Folder, name: string, path: string): ShowOutcome {
  const found =
    folder.gates.get(name)?.path ?? folder.broken.find((file) => file.name === name)?.path ?? null;
  if (found !== null) return shown(folder, found, `the gate \`${name}\` cannot be used`);
  const near = nearestName(name, [...folder.gates.keys()]);
  const hint = near === null ? "" : `; did you mean \`${near}\`?`;
  return { kind: "unusable", message: `there is no gate and no file \`${name}\` in ${path}${hint}` };
}

function shown(
  { files, defaults, namedBy, problems, texts }: Folder,
  path: string,
  none: string,
): ShowOutcome {
  const own = problems.filter(({ file }) => file === path);
  if (own.some(({ severity }) => severity === "error")) return { kind: "faulty", problems: own, texts };
  const lines = effectiveGate(path, files, defaults, namedBy);
  return lines === null ? { kind: "unusable", message: none } : { kind: "shown", lines };
}
