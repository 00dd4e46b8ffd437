import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { parseConfig } from "./config/parse-config.ts";
import { tooLarge } from "./disk/disk-problem.ts";
import { readFolder } from "./disk/folder-snapshot.ts";
import { isBelow } from "./disk/is-below.ts";
import { parseInWorker } from "./disk/parse-in-worker.ts";
import type { Problem } from "./domain/problem.ts";
import { type GivenFile, MAX_FILE_BYTES } from "./gatefile/decode.ts";
import type { Defaults } from "./gatefile/defaults.ts";
import type { NamedBy } from "./gatefile/effective/sheet.ts";
import type { ParsedFiles } from "./gatefile/parse-files.ts";
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

export type GateFolder =
  | {
      readonly kind: "read";
      readonly gates: ParsedFiles["gates"];
      /** Of the file or folder that was asked about. */
      readonly problems: readonly Problem[];
      /** Text of every file that was read, by the path its problems name. */
      readonly texts: ReadonlyMap<string, string>;
      readonly broken: ParsedFiles["broken"];
      /** What was parsed, and as what. */
      readonly files: readonly GivenFile[];
      readonly defaults: Defaults;
      readonly namedBy: NamedBy;
    }
  | { readonly kind: "unreadable"; readonly message: string };

/** Parses gate files: a folder of them, or a file or folder of it beside everything that they draw on. */
export async function readGateFolder(path: string, configPath: string): Promise<GateFolder> {
  const about = await stat(path).catch(() => null);
  if (about === null) return { kind: "unreadable", message: `${path} cannot be read` };
  if (!about.isFile() && !about.isDirectory()) {
    return { kind: "unreadable", message: `${path} is neither a file nor a folder` };
  }
  const settings = await settingsOf(configPath);
  const isFile = about.isFile();
  const alone = isFile && about.size <= MAX_FILE_BYTES ? await readAlone(path, settings.gates) : null;
  const around = alone ?? (await readAll(folderAround(path, isFile, settings.gates)));
  const reading = isFile ? await withFile(path, about.size, around) : around;
  if (!reading.ok) return { kind: "unreadable", message: reading.message };
  const { files, problems } = reading;
  const outcome = await parseInWorker(files, settings.defaults);
  if (!outcome.ok) return { kind: "unreadable", message: outcome.why };
  const all = inOrder([...outcome.parsed.problems, ...problems]);
  const decoder = new TextDecoder();
  return {
    kind: "read",
    gates: outcome.parsed.gates,
    broken: outcome.parsed.broken,
    files,
    defaults: settings.defaults,
    namedBy: settings.namedBy,
    problems: all.filter((problem) => isBelow(problem.file, path)),
    texts: new Map(
      files.map(({ path: name, text }) => [name, typeof text === "string" ? text : decoder.decode(text)]),
    ),
  };
}

type Reading =
  | { readonly ok: true; readonly files: readonly GivenFile[]; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly message: string };

async function readAll(folder: string): Promise<Reading> {
  const reading = await readFolder(folder);
  if (!reading.ok) return { ok: false, message: reading.problem.message };
  const { files, problems } = reading.snapshot;
  return { ok: true, files: files.map((file) => ({ path: file.path, text: file.bytes })), problems };
}

/**
 * A file outside the folder of gates that draws on no other file is read alone, for the folder around it may be a whole
 * repository. Null: it has to be read with its folder.
 */
async function readAlone(path: string, gates: string): Promise<Reading | null> {
  if (isBelow(path, gates)) return null;
  const text = await readFile(path).catch(() => null);
  if (text === null) return { ok: false, message: `${path} cannot be read` };
  const drawsOnOthers = /\b(?:use|profile|flow|calendars|signal|gate|no-debt)["']?\s*:/.test(
    new TextDecoder().decode(text),
  );
  return drawsOnOthers ? null : { ok: true, files: [{ path, text }], problems: [] };
}

/** A folder leaves out what is hidden or called otherwise than YAML, and whoever names a file means just that file. */
async function withFile(path: string, bytes: number, around: Reading): Promise<Reading> {
  if (!around.ok) return around;
  const { files, problems } = around;
  const isThere = [...files.map((file) => file.path), ...problems.map(({ file }) => file)].some((each) =>
    isBelow(each, path),
  );
  if (isThere) return around;
  if (bytes > MAX_FILE_BYTES) return { ...around, problems: [...problems, tooLarge(path, bytes)] };
  const text = await readFile(path).catch(() => null);
  if (text === null) return { ok: false, message: `${path} cannot be read` };
  return { ...around, files: [...files, { path, text }] };
}

/** What lies in the folder of gates is read with all of it, for its library may lie in another part. */
function folderAround(path: string, isFile: boolean, gates: string): string {
  if (isBelow(path, gates)) return gates;
  return isFile ? dirname(path) : path;
}

/** Where the gates lie. */
export async function gatesPath(configPath: string): Promise<string> {
  return (await settingsOf(configPath)).gates;
}

type Settings = { readonly defaults: Defaults; readonly namedBy: NamedBy; readonly gates: string };

async function settingsOf(configPath: string): Promise<Settings> {
  const text = await readText(configPath);
  const parsed = text === null ? null : parseConfig(text, configPath);
  if (parsed === null || !parsed.ok) {
    const namedBy = { environment: "default", server: "default", source: "default" };
    return { defaults: OFFLINE, namedBy, gates: "gates" };
  }
  const defaults = parseDefaults(parsed.config);
  return {
    defaults: {
      ...defaults,
      server: defaults.server ?? OFFLINE.server,
      source: defaults.source ?? OFFLINE.source,
    },
    namedBy: {
      environment: "config",
      server: defaults.server === null ? "default" : "config",
      source: defaults.source === null ? "default" : "config",
    },
    gates: parsed.config.gates.path,
  };
}
