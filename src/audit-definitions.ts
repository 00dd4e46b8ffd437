import type { Audit, Clock, Definitions, LoadedGate } from "./control/ports.ts";
import { canonicalJson } from "./lib/canonical-json.ts";

/** What the audit says of a gate file. */
type Standing = {
  readonly path: string;
  /** Hash of the definition in force; null: there is none. */
  readonly definition: string | null;
  /** Who wrote it, as `gates.lock` says; null: not known. */
  readonly authors: readonly string[] | null;
  /** Whether the newest file could be read as a gate. */
  readonly valid: boolean;
};

/**
 * Notes in the audit what became of the gate files since the last time: one record a load, with each gate that is new or
 * different and each that is gone. What could not be noted is noted the next time.
 */
export function createDefinitionNotes(parts: {
  readonly definitions: Pick<Definitions, "current">;
  readonly audit: Pick<Audit, "append">;
  readonly clock: Clock;
}): { note(): Promise<void> } {
  const { definitions, audit, clock } = parts;
  let noted: ReadonlyMap<string, Standing> = new Map();
  let noting: Promise<void> = Promise.resolve();

  async function noteNow(): Promise<void> {
    const now = new Map([...definitions.current()].map(([name, loaded]) => [name, standingOf(loaded)]));
    const changed = [...now].filter(([name, standing]) => !isSame(noted.get(name), standing));
    const gone = [...noted.keys()].filter((name) => !now.has(name));
    if (changed.length + gone.length === 0) return;
    const body = { gates: Object.fromEntries(changed), gone };
    await audit.append([{ at: clock.now(), kind: "definitions", actor: "rampart", gate: null, body }]);
    noted = now;
  }

  return {
    note() {
      // One at a time, so that nothing is noted twice.
      noting = noting.then(noteNow, noteNow);
      return noting;
    },
  };
}

function standingOf({ kind, path, definition }: LoadedGate): Standing {
  return {
    path,
    definition: definition?.hash ?? null,
    authors: definition?.author.kind === "known" ? definition.author.people : null,
    valid: kind === "valid",
  };
}

function isSame(before: Standing | undefined, now: Standing): boolean {
  return canonicalJson(before ?? null) === canonicalJson(now);
}
