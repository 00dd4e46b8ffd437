const MASK = "[secret]";

// A secret file that is rotated every hour leaves one entry behind each time.
const REMEMBERED = 64;

// "a" or "on" as a header value would make every text unreadable and hides nothing.
const SHORTEST = 4;

export type Redactor = {
  add(secrets: readonly string[]): void;
  redact(text: string): string;
};

/** Replaces every known secret in a text. Remembers the newest few, since an old one may still be in an answer. */
export function redactor(initial: readonly string[]): Redactor {
  const known = new Set<string>();

  function add(secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (secret.length < SHORTEST) continue;
      known.delete(secret);
      known.add(secret);
    }
    for (const oldest of known) {
      if (known.size <= REMEMBERED) break;
      known.delete(oldest);
    }
  }

  add(initial);
  return {
    add,
    redact(text) {
      // Longest first: a secret that contains another must not leave its rest behind.
      const longestFirst = [...known].toSorted((a, b) => b.length - a.length);
      return longestFirst.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
    },
  };
}
