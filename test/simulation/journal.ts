import type { Clock, Instant } from "./engine.ts";
import type {
  AnswersOfStore,
  DeployFact,
  FaultSpan,
  Message,
  Order,
  UpkeepOrder,
} from "./oracle/evidence.ts";

/** What happened around the controller, in order: for the oracle as data, for people as lines. */
export type Journal = {
  readonly orders: Order[];
  readonly messages: Message[];
  readonly deploys: DeployFact[];
  readonly faults: FaultSpan[];
  readonly upkeep: UpkeepOrder[];
  readonly answers: AnswersOfStore;
  /** The store answered something, as it had to, or else what was wrong with it. */
  readonly answered: (wrong: string | null) => void;
  /** One line of the trace. */
  note(text: string): void;
  /** The last so many lines up to an instant, with minutes and seconds since the start. */
  readonly traceUntil: (end: Instant, lines: number) => readonly string[];
  /** How often each thing that should be seen in a run was seen. */
  count(what: string): void;
  readonly counts: ReadonlyMap<string, number>;
};

/** One wrong answer leads to others. */
const ENOUGH = 5;

export function createJournal(clock: Clock): Journal {
  const lines: { readonly at: Instant; readonly text: string }[] = [];
  const counts = new Map<string, number>();
  const start = clock.now();
  const answers = { right: 0, wrong: new Array<AnswersOfStore["wrong"][number]>() };
  return {
    orders: [],
    messages: [],
    deploys: [],
    faults: [],
    upkeep: [],
    answers,
    answered(wrong) {
      if (wrong === null) answers.right += 1;
      else if (answers.wrong.length < ENOUGH) answers.wrong.push({ at: clock.now(), what: wrong });
    },
    note: (text) => void lines.push({ at: clock.now(), text }),
    traceUntil: (end, most) =>
      lines
        .filter(({ at }) => at <= end)
        .slice(-most)
        .map(({ at, text }) => `${elapsed(at - start)} ${text}`),
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    counts,
  };
}

function elapsed(millis: Instant): string {
  const minutes = Math.floor(millis / 60_000);
  return `${String(minutes).padStart(4)}:${((millis % 60_000) / 1_000).toFixed(3).padStart(6, "0")}`;
}
