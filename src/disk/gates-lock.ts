import { z } from "zod";

import type { Author } from "../domain/gate.ts";

/** One published file: what it was, and who wrote it, as Git says. */
type LockEntry = {
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

/** Who wrote this very file. Anything that does not fit together is unknown, never a guess. */
export function authorOf(name: string, sha256: string, lock: GatesLock | null, people: People): Author {
  if (lock === null) return unknown("there is no gates.lock that can be read");
  const entry = lock.get(name);
  if (entry === undefined) return unknown(`gates.lock does not list ${name}`);
  if (entry.sha256 !== sha256) return unknown(`${name} is not the file that gates.lock lists`);
  const person = people.get(entry.author.toLowerCase());
  return person === undefined
    ? unknown(`nobody of \`people:\` has the address ${entry.author}`)
    : { kind: "known", person };
}

function unknown(why: string): Author {
  return { kind: "unknown", why };
}
