import { RE2JS } from "re2js";

/** Longest pattern of a `=~` or `!~` matcher. */
export const LONGEST_PATTERN = 200;

const MOST_KEPT = 500;

const kept = new Map<string, Compiled>();

type Compiled =
  | { readonly ok: true; readonly covers: (value: string) => boolean }
  | { readonly ok: false; readonly problem: string };

/**
 * The pattern as RE2 understands it: no look-around and no back-references, so that the time it takes grows with the
 * length of the value and with nothing else. The last few hundred are kept.
 */
export function compilePattern(pattern: string): Compiled {
  const known = kept.get(pattern);
  const compiled = known ?? compile(pattern);
  // Put in anew, so that the one that was not used for longest is the first to go.
  kept.delete(pattern);
  kept.set(pattern, compiled);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return compiled;
}

function compile(pattern: string): Compiled {
  if (pattern.length > LONGEST_PATTERN) {
    return {
      ok: false,
      problem: `the pattern has ${pattern.length} characters; at most ${LONGEST_PATTERN} are read`,
    };
  }
  try {
    const compiled = RE2JS.compile(pattern);
    return { ok: true, covers: (value) => compiled.matches(value) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `the pattern is not RE2: ${said.replace(/^error parsing regexp: /, "")}` };
  }
}
