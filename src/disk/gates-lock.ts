import { z } from "zod";

import type { Author } from "../domain/gate.ts";

/** One published file: what it was, and who wrote it, as Git says. */
export type LockEntry = {
  /** Inside the folder of gates, with `/`. */
  readonly path: string;
  /** Of the file's bytes, in hex. */
  readonly sha256: string;
  /** The author's e-mail address. */
  readonly author: string;
  readonly commit: string;
};

export type GatesLock = ReadonlyMap<string, LockEntry>;

/** Git address in lower case -> name under `people:` of the configuration. */
export type People = ReadonlyMap<string, string>;

const SCHEMA = z.strictObject({
  gates: z.array(
    z.strictObject({
      path: z.string().min(1),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      author: z.string().min(1),
      commit: z.string().min(1),
    }),
  ),
});

export type LockReading =
  | { readonly ok: true; readonly lock: GatesLock }
  | { readonly ok: false; readonly why: string };

/** `gates.lock` is JSON, `{ "gates": [{ "path", "sha256", "author", "commit" }] }`: a machine writes it. */
export function parseLock(bytes: Uint8Array): LockReading {
  const content = parseJson(bytes);
  const result = SCHEMA.safeParse(content);
  if (!result.success) {
    const [issue] = result.error.issues;
    const at = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
    return {
      ok: false,
      why: content === undefined ? "it is not JSON" : `${at}${issue?.message ?? "wrong shape"}`,
    };
  }
  const lock = new Map(result.data.gates.map((entry) => [entry.path, entry]));
  if (lock.size < result.data.gates.length) return { ok: false, why: "it lists a file twice" };
  return { ok: true, lock };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The bytes of a lock: the same for the same entries, in whatever order they come. */
export function formatLock(entries: readonly LockEntry[]): string {
  const gates = entries
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, sha256, author, commit }) => ({ path, sha256, author, commit }));
  return `${JSON.stringify({ gates }, null, 2)}\n`;
}

/** What the lock says otherwise than these entries, one sentence each; empty when it says the same. */
export function differencesOf(lock: GatesLock, entries: readonly LockEntry[]): readonly string[] {
  const present = new Set(entries.map(({ path }) => path));
  const gone = [...lock.keys()].filter((path) => !present.has(path));
  return [
    ...entries.flatMap((entry) => differenceOf(lock.get(entry.path), entry) ?? []),
    ...gone.map((path) => `${path} is listed and is not there`),
  ];
}

function differenceOf(listed: LockEntry | undefined, entry: LockEntry): string | null {
  if (listed === undefined) return `${entry.path} is not listed`;
  if (listed.sha256 !== entry.sha256) return `${entry.path} is not the file that is listed`;
  if (listed.author !== entry.author)
    return `${entry.path} was written by ${entry.author}, not by ${listed.author}`;
  if (listed.commit !== entry.commit)
    return `${entry.path} was last touched by ${entry.commit.slice(0, 12)}, not by ${listed.commit.slice(0, 12)}`;
  return null;
}

/** A file as the lock knows it: its path inside the folder, and the digest of its bytes. */
export type Identity = Pick<LockEntry, "path" | "sha256">;

/**
 * Who wrote this very gate. What it draws on is part of its meaning, so every such file must be the one that is listed;
 * who wrote those is not asked. Anything that does not fit together is unknown, never a guess.
 */
export function authorOf(
  gate: Identity,
  drawsOn: readonly Identity[],
  lock: GatesLock | null,
  people: People,
): Author {
  if (lock === null) return unknown("there is no gates.lock that can be read");
  for (const { path, sha256 } of [gate, ...drawsOn]) {
    const entry = lock.get(path);
    if (entry === undefined) return unknown(`gates.lock does not list ${path}`);
    if (entry.sha256 !== sha256) return unknown(`${path} is not the file that gates.lock lists`);
  }
  const address = lock.get(gate.path)?.author ?? "";
  const person = people.get(address.toLowerCase());
  if (person === undefined) return unknown(`nobody of \`people:\` has the address ${address}`);
  // Whoever wrote a library and is nobody of `people:` has no token to approve with.
  const others = drawsOn
    .map(({ path }) => people.get((lock.get(path)?.author ?? "").toLowerCase()))
    .filter((other) => other !== undefined);
  return { kind: "known", people: [...new Set([person, ...others])] };
}

function unknown(why: string): Author {
  return { kind: "unknown", why };
}
