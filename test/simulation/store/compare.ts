import type { Outbox, Records } from "../engine.ts";

/** What of a store is asked. */
export type Ports = Records & Outbox;

/** Asks a store, and the one it is held against, the same. */
export type Ask = <T>(what: string, question: (ports: Ports) => Promise<T>) => Promise<T>;

/** Hears of every answer: null, or what is wrong with it. */
export type Answered = (wrong: string | null) => void;

export type Outcome<T> =
  | { readonly kind: "said"; readonly value: T }
  | { readonly kind: "threw"; readonly error: unknown };

export async function outcomeOf<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: "said", value: await ask() };
  } catch (error) {
    return { kind: "threw", error };
  }
}

/** What is wrong with an answer; null: nothing is. */
export function compare<T>(what: string, said: Outcome<T>, expected: Outcome<T>): string | null {
  if (said.kind === "threw") {
    return expected.kind === "threw" ? null : `${what} of the store failed: ${String(said.error)}`;
  }
  if (expected.kind === "threw") return `${what} of the store passed over: ${String(expected.error)}`;
  const found = difference(said.value, expected.value, "");
  return found === null ? null : `${what} of the store is not what was kept: ${found}`;
}

/** Where two values begin to differ, and how; null: nowhere. Rows as SQLite gives them have no prototype, and are the same. */
function difference(own: unknown, kept: unknown, path: string): string | null {
  if (Object.is(own, kept)) return null;
  if (!isBranch(own) || !isBranch(kept)) return `${path} is ${excerpt(own)} in place of ${excerpt(kept)}`;
  for (const key in kept) {
    if (!(key in own)) return `${path}.${key} is missing`;
    const found = difference(Reflect.get(own, key), Reflect.get(kept, key), `${path}.${key}`);
    if (found !== null) return found;
  }
  const more = Object.keys(own).find((key) => !(key in kept));
  return more === undefined ? null : `${path}.${more} was never kept`;
}

function isBranch(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function excerpt(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 100);
}
