import type { LintOutcome } from "./cli/context.ts";
import { readGateFolder } from "./gate-folder.ts";

/** Checks a folder of gate files, or one file of it beside the libraries it uses. */
export async function lintPath(path: string, configPath: string): Promise<LintOutcome> {
  const folder = await readGateFolder(path, configPath);
  if (folder.kind === "unreadable") return folder;
  return { kind: "checked", problems: folder.problems, sources: folder.texts };
}
