import type { Definitions } from "../control/ports.ts";
import type { Millis } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import type { Defaults } from "../gatefile/defaults.ts";
import { inOrder } from "../gatefile/problem-list.ts";
import { diskProblem } from "./disk-problem.ts";
import { type FolderSnapshot, LOCK_NAME, readFolder } from "./folder-snapshot.ts";
import { folderStirs } from "./folder-stirs.ts";
import { authorOf, type GatesLock, type Identity, parseLock, type People } from "./gates-lock.ts";
import { loadedAfter, loadedBlind, NOTHING_LOADED } from "./loaded-definitions.ts";
import { parseInWorker } from "./parse-in-worker.ts";

export type GatesFolderOptions = {
  readonly path: string;
  readonly defaults: Defaults;
  readonly people: People;
  /** How often the content is compared even without a sign of change. */
  readonly pollMs?: Millis;
};

export type GatesFolder = Definitions & {
  /** Reads the folder now. True when anything is different from before. */
  load(): Promise<boolean>;
  /** Reads it again whenever it changes, and tells after each change; ends when aborted. */
  watch(onChange: () => void, signal: AbortSignal): Promise<void>;
};

const DEFAULT_POLL_MS = 5_000;

export function openGatesFolder(options: GatesFolderOptions): GatesFolder {
  let loaded = NOTHING_LOADED;
  let digest: string | null = null;
  let directories: readonly string[] = [options.path];
  let loading: Promise<unknown> = Promise.resolve();

  async function refresh(): Promise<boolean> {
    const reading = await readFolder(options.path);
    if (!reading.ok) return blind(reading.problem);
    const snapshot = withoutExamples(reading.snapshot);
    directories = snapshot.directories;
    if (snapshot.digest === digest) return false;
    const outcome = await parseInWorker(
      snapshot.files.map(({ path, bytes }) => ({ path, text: bytes })),
      options.defaults,
    );
    if (!outcome.ok) return blind(diskProblem(options.path, outcome.why));
    const { lock, problems } = lockOf(snapshot, options.path);
    const unread = snapshot.problems.map(({ file }) => ({ path: file, name: null }));
    loaded = loadedAfter(
      loaded,
      { ...outcome.parsed, broken: [...outcome.parsed.broken, ...unread] },
      inOrder([...outcome.parsed.problems, ...snapshot.problems, ...problems]),
      ({ path, drawsOn }) => {
        const drawn = drawsOn.map((each) => identityOf(each, snapshot));
        return authorOf(identityOf(path, snapshot), drawn, lock, options.people);
      },
    );
    digest = snapshot.digest;
    return true;
  }

  function blind(problem: Problem): boolean {
    const known = digest === null && loaded.problems.some(({ message }) => message === problem.message);
    loaded = loadedBlind(loaded, problem);
    // Whatever is read next counts as new.
    digest = null;
    return !known;
  }

  function load(): Promise<boolean> {
    // One at a time, in the order asked, so that an older reading never replaces a newer one.
    const next = loading.then(refresh, refresh);
    loading = next;
    return next;
  }

  return {
    current: () => loaded.current,
    problems: () => loaded.problems,
    load,
    async watch(onChange, signal) {
      for await (const _ of folderStirs(() => directories, options.pollMs ?? DEFAULT_POLL_MS, signal)) {
        if (await load()) onChange();
      }
    },
  };
}

/** What lies below `examples/` is there to be read, linted and tested; no server drives it. */
function withoutExamples(snapshot: FolderSnapshot): FolderSnapshot {
  return { ...snapshot, files: snapshot.files.filter(({ name }) => !name.startsWith("examples/")) };
}

/** The file as a lock names it. */
function identityOf(path: string, { files }: FolderSnapshot): Identity {
  const file = files.find((each) => each.path === path);
  return { path: file?.name ?? path, sha256: file?.sha256 ?? "" };
}

function lockOf(
  snapshot: FolderSnapshot,
  folder: string,
): { readonly lock: GatesLock | null; readonly problems: readonly Problem[] } {
  if (snapshot.lock === null) return { lock: null, problems: [] };
  const reading = parseLock(snapshot.lock);
  if (reading.ok) return { lock: reading.lock, problems: [] };
  const message = `${LOCK_NAME} cannot be used: ${reading.why}`;
  return { lock: null, problems: [diskProblem(`${folder}/${LOCK_NAME}`, message, "R180")] };
}
