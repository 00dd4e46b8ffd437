import { type Baseline, BASELINES, type Comparison, type Persistence } from "../domain/limit.ts";
import { durationMeant, parseDuration } from "../text/duration-text.ts";

/** A stretch of the limit's own text. */
type Stretch = { readonly from: number; readonly to: number };

/** The value of a limit before it is known what the signal's unit is. */
export type Amount = Stretch & {
  /** Digits as written, without unit. */
  readonly digits: string;
  readonly unit: "%" | "pp" | "x" | "/s" | "/h" | "duration" | null;
  /** Set for durations. */
  readonly ms: number | null;
};

export type LimitSentence = {
  readonly comparison: Comparison;
  readonly amount: Amount;
  readonly baseline: (Stretch & { readonly text: Baseline }) | null;
  readonly persistence: Persistence;
  /** The part that begins with `for`; null when there is none. */
  readonly lasting: Stretch | null;
};

export type LimitFault = Stretch & { readonly message: string; readonly suggestion: string | null };

export type ParsedLimit =
  | { readonly ok: true; readonly sentence: LimitSentence }
  | { readonly ok: false; readonly fault: LimitFault };

const COMPARISONS: readonly (readonly [string, Comparison])[] = [
  ["at most", "at most"],
  ["at least", "at least"],
  ["above", "above"],
  ["below", "below"],
  ["exactly", "exactly"],
  ["<=", "at most"],
  [">=", "at least"],
  ["==", "exactly"],
  ["<", "below"],
  [">", "above"],
];

/** Words people write for a comparison, and the one that was meant. */
const NEARLY: Readonly<Record<string, string>> = {
  "more than": "above",
  "greater than": "above",
  "higher than": "above",
  over: "above",
  "less than": "below",
  "lower than": "below",
  under: "below",
  "up to": "at most",
  max: "at most",
  maximum: "at most",
  min: "at least",
  minimum: "at least",
  equals: "exactly",
  "equal to": "exactly",
  "=": "exactly",
};

const NUMBER = /^(-?\d{1,15}(?:\.\d{1,15})?)(?: ?(%|pp|x|\/s|\/h))?(?![\w.%/])/;
const DURATION = /^(?:\d+(?:y|w|d|h|ms|m|s))+(?![\w.])|^\d+\.\d+[smhd](?![\w.])/;
const LASTING = /^for\s+(?:(\d{1,6})\s+runs?|(\S+))$/;

/** Reads `above 0.2% for 1 run` and its kin; what cannot be read is pointed at, with what was meant where that is clear. */
export function parseLimit(text: string): ParsedLimit {
  const read = readLimit(text);
  if (read.ok) return read;
  const mended = asMeant(text);
  if (!readLimit(mended).ok) return read;
  return { ok: false, fault: { ...read.fault, suggestion: `write \`${mended}\`` } };
}

function readLimit(text: string): ParsedLimit {
  const compared = COMPARISONS.find(([word]) => startsWithWord(text, word));
  if (compared === undefined) return notCompared(text);

  const from = skipSpace(text, compared[0].length);
  const amount = amountAt(text, from);
  if (amount === null) {
    const word = /^\S*/.exec(text.slice(from))?.[0] ?? "";
    const message = word === "" ? "the limit has no value" : `\`${word}\` is not a value`;
    return fault(
      { from, to: from + word.length },
      message,
      "write a number with its unit, e.g. `0.5%`, `20m` or `3`",
    );
  }
  const afterAmount = skipSpace(text, amount.to);
  const relative = BASELINES.find((each) => startsWithWord(text.slice(afterAmount), each)) ?? null;
  const baseline =
    relative === null ? null : { from: afterAmount, to: afterAmount + relative.length, text: relative };

  const at = skipSpace(text, baseline?.to ?? amount.to);
  if (at === text.length) {
    return {
      ok: true,
      sentence: {
        comparison: compared[1],
        amount,
        baseline,
        persistence: { kind: "at-once" },
        lasting: null,
      },
    };
  }
  const persistence = persistenceOf(text.slice(at));
  const lasting = { from: at, to: text.length };
  if (persistence === null) {
    return fault(lasting, `\`${text.slice(at)}\` is not understood`, endingHint(text.slice(at)));
  }
  return { ok: true, sentence: { comparison: compared[1], amount, baseline, persistence, lasting } };
}

function startsWithWord(text: string, word: string): boolean {
  if (!text.startsWith(word)) return false;
  return !/\w$/.test(word) || /^(?:\s|$)/.test(text.slice(word.length));
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? "")) at += 1;
  return at;
}

function amountAt(text: string, from: number): Amount | null {
  const rest = text.slice(from);
  const lasting = DURATION.exec(rest)?.[0];
  if (lasting !== undefined) {
    const ms = parseDuration(lasting) ?? decimalDuration(lasting);
    return ms === null ? null : { from, to: from + lasting.length, digits: lasting, unit: "duration", ms };
  }
  const match = NUMBER.exec(rest);
  if (match === null) return null;
  const unit = UNITS.find((each) => each === match[2]) ?? null;
  return { from, to: from + match[0].length, digits: match[1] ?? "", unit, ms: null };
}

const UNITS = ["%", "pp", "x", "/s", "/h"] as const;

const DECIMAL_UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function decimalDuration(text: string): number | null {
  const unit = DECIMAL_UNIT_MS[text.slice(-1)];
  return unit === undefined ? null : Number(text.slice(0, -1)) * unit;
}

function persistenceOf(text: string): Persistence | null {
  const match = LASTING.exec(text);
  if (match === null) return null;
  if (match[1] !== undefined) {
    const count = Number(match[1]);
    return count === 0 ? null : { kind: "runs", count };
  }
  const ms = parseDuration(match[2] ?? "");
  return ms === null || ms === 0 || ms > LONGEST ? null : { kind: "time", ms };
}

const LONGEST = 10 * 365 * 86_400_000;

function endingHint(ending: string): string {
  if (/^(?:of|over|under)\b/.test(ending)) {
    return "write one of `over control`, `under control`, `of control`, `of last week`, `of exposed` and `of baseline`";
  }
  const bare = /^for\s+(\d{1,6})$/.exec(ending)?.[1];
  if (bare !== undefined) return `write a unit, e.g. \`for ${bare}m\` or \`for ${bare} runs\``;
  return "a limit may end with `for 10m` or `for 2 runs`";
}

/** Ways to write a sentence that mean one thing to every reader, and ours. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\s+/g, " "],
  [/^(?:≤|=<|at-most|atmost|(?:no|not) (?:more|higher|greater) than|not above) ?/, "at most "],
  [/^(?:≥|=>|at-least|atleast|(?:no|not) (?:less|lower) than|not below) ?/, "at least "],
  [/(\d),(\d{1,2})(?!\d)/, "$1.$2"],
  [/(^| )\.(\d)/, "$10.$2"],
  [/(\d)\.(?=%| |$)/, "$1"],
  [/(\d) ?(?:percentage points|points)/, "$1pp"],
  [/(\d) ?(?:percent|per cent|pct|％|%%| %)/, "$1%"],
  [/ (over|under|of) (?:the )?controls?(?= |$)/, " $1 control"],
  [/,? (?:for|during) (?:at least )?/, " for "],
  [/ for one run$/, " for 1 run"],
  [/ for (\d+)(runs?)$/, " for $1 $2"],
];

function asMeant(text: string): string {
  let meant = text.trim().toLowerCase();
  for (const [written, ours] of SPELLINGS) meant = meant.replace(written, ours);
  const word = Object.keys(NEARLY).find((each) => startsWithWord(meant, each));
  if (word !== undefined) meant = `${NEARLY[word]}${meant.slice(word.length)}`;
  const lasting = / for (\d\S*(?: [a-z]+)?)$/.exec(meant);
  const whole = lasting?.[1] === undefined ? null : durationMeant(lasting[1]);
  return lasting === null || whole === null ? meant : `${meant.slice(0, lasting.index)} for ${whole}`;
}

function notCompared(text: string): ParsedLimit {
  const lower = text.toLowerCase();
  const meant = [...COMPARISONS.map(([word]) => word), ...Object.keys(NEARLY)].find((word) =>
    startsWithWord(lower, word),
  );
  const first = meant ?? /^\S*/.exec(text)?.[0] ?? "";
  const span = { from: 0, to: first.length };
  const instead = meant === undefined ? null : (NEARLY[meant] ?? meant);
  if (instead !== null)
    return fault(span, `\`${text.slice(0, span.to)}\` is not a comparison`, `write \`${instead}\``);
  return fault(
    span,
    "a limit begins with a comparison",
    "write `at most`, `at least`, `above`, `below` or `exactly` before the value",
  );
}

function fault(span: Stretch, message: string, suggestion: string | null): ParsedLimit {
  return { ok: false, fault: { ...span, message, suggestion } };
}
