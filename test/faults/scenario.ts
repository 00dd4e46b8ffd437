import type { Surroundings } from "./surroundings.ts";

/** What one scenario did, told by itself; what it counted says whether it tried what it is for. */
export type Report =
  | {
      readonly kind: "played";
      /** How often each thing happened. One that never did proves nothing, so it fails the run. */
      readonly counted: Readonly<Record<string, number>>;
      /** What else there is to know, one sentence each. */
      readonly notes: readonly string[];
      /** Each a broken promise, with where it was seen. */
      readonly violations: readonly string[];
    }
  | { readonly kind: "skipped"; readonly why: string }
  /** It could not be played to its end, so it proves nothing. */
  | { readonly kind: "stuck"; readonly why: string };

export type Scenario = {
  readonly name: string;
  /** What `count` counts. */
  readonly unit: string;
  readonly count: number;
  /** With `--short`, as CI plays it. */
  readonly shortCount: number;
  play(surroundings: Surroundings, count: number): Promise<Report>;
};

/** Counts by name; what was announced and never happened stays at 0. */
export class Tally {
  readonly #counts = new Map<string, number>();

  constructor(announced: readonly string[] = []) {
    for (const name of announced) this.#counts.set(name, 0);
  }

  add(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  counted(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/** Plays it to its end, or says what it got stuck at. */
export async function playToTheEnd(
  scenario: Scenario,
  surroundings: Surroundings,
  count: number,
): Promise<Report> {
  try {
    return await scenario.play(surroundings, count);
  } catch (error) {
    return { kind: "stuck", why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

export function played(tally: Tally, violations: readonly string[], notes: readonly string[] = []): Report {
  return { kind: "played", counted: tally.counted(), notes, violations };
}

/** Waits for all of them even when one fails, so that each has cleaned up before that failure ends the run. */
export async function allOf<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
