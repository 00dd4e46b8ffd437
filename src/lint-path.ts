import { stat } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import type { LintOutcome } from "./cli/context.ts";
import { parseConfig } from "./config/parse-config.ts";
import { readFolder } from "./disk/folder-snapshot.ts";
import { parseInWorker } from "./disk/parse-in-worker.ts";
import type { Defaults } from "./gatefile/defaults.ts";
import { inOrder } from "./gatefile/problem-list.ts";
import { parseDefaults } from "./parse-defaults.ts";
import { readText } from "./read-text.ts";

/** Without a configuration names are taken on trust: files are checked for what they say, not for where they will run. */
const OFFLINE: Defaults = {
  environment: "production",
  server: "default",
  source: "default",
  scrapeIntervalMs: 60_000,
};

/** Checks a folder of gate files, or one file of it beside the libraries it uses. */
export async function lintPath(path: string, configPath: string): Promise<LintOutcome> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => null,
  );
  if (isFile === null) return { kind: "unreadable", message: `${path} cannot be read` };
  const settings = await settingsOf(configPath);
  const folder = isFile ? folderOf(path, settings.gates) : path;
  const reading = await readFolder(folder);
  if (!reading.ok) return { kind: "unreadable", message: reading.problem.message };
  const { files, problems } = reading.snapshot;
  const outcome = await parseInWorker(
    files.map((file) => ({ path: file.path, text: file.bytes })),
    settings.defaults,
  );
  if (!outcome.ok) return { kind: "unreadable", message: outcome.why };
  const all = inOrder([...outcome.parsed.problems, ...problems]);
  const decoder = new TextDecoder();
  return {
    kind: "checked",
    problems: isFile ? all.filter((problem) => resolve(problem.file) === resolve(path)) : all,
    sources: new Map(files.map((file) => [file.path, decoder.decode(file.bytes)])),
  };
}

/** A file is read with the whole folder of gates when it lies in it, for its library may lie in another part of it. */
function folderOf(path: string, gates: string): string {
  const inside = relative(resolve(gates), resolve(path));
  return inside.startsWith("..") ? dirname(path) : gates;
}

async function settingsOf(
  configPath: string,
): Promise<{ readonly defaults: Defaults; readonly gates: string }> {
  const text = await readText(configPath);
  const parsed = text === null ? null : parseConfig(text, configPath);
  if (parsed === null || !parsed.ok) return { defaults: OFFLINE, gates: "gates" };
  const defaults = parseDefaults(parsed.config);
  return {
    defaults: {
      ...defaults,
      server: defaults.server ?? OFFLINE.server,
      source: defaults.source ?? OFFLINE.source,
    },
    gates: parsed.config.gates.path,
  };
}
