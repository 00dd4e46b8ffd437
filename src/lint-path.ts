import type { LintOutcome } from "./cli/context.ts";
import { isBelow } from "./disk/is-below.ts";
import { readGateFolder } from "./gate-folder.ts";

/** Checks a folder of gate files, or a file or folder of it beside the libraries it uses. */
export async function lintPath(path: string, configPath: string): Promise<LintOutcome> {
  const folder = await readGateFolder(path, configPath);
  if (folder.kind === "unreadable") return folder;
  const asked = [...folder.texts].filter(([file]) => isBelow(file, path));
  return { kind: "checked", problems: folder.problems, sources: new Map(asked) };
}
