import { type Instant, SECOND } from "../engine.ts";
import type { Clocks } from "./clocks.ts";
import { SCRAPE_INTERVAL, spellOf } from "./intervals.ts";
import { RATIO, type Scripted, type SimulatedPrometheus, TOTAL } from "./prometheus.ts";
import type { Part } from "./queries.ts";

/** One series as an instant query finds it. */
export type Series = {
  readonly labels: Readonly<Record<string, string>>;
  /** As Prometheus writes a number. */
  readonly value: string;
  readonly newest: Instant;
  /** It has no samples any more, and had some in the last hours. */
  readonly isGone: boolean;
  /** How its value gets lost on the way to whoever asks for it; null: it does not. */
  readonly lost: Loss | null;
};

/** What becomes of an answer about a series of which nothing is known. */
export type Loss =
  | "warned"
  | "refused"
  | "cut off"
  | "twice"
  | "about another time"
  | "a page"
  | "of another kind";

/** Who is watched beside the gates. */
export const OTHER_SERVICE = "warehouse";
/** Scraped far less often than the gates. */
const SLOW_JOB = "batch";
const JOB = "shop";

/** From `/api/v1/targets`. */
export const TARGETS: readonly object[] = [
  { labels: { job: JOB, instance: "a:80" }, health: "up", scrapeInterval: `${SCRAPE_INTERVAL / SECOND}s` },
  { labels: { job: SLOW_JOB, instance: "c:80" }, health: "up", scrapeInterval: "5m" },
];

export type SeriesSource = (name: string, at: Instant) => readonly Series[];

/** What is stored under each name, made of what the script says of each gate. */
export function createSeries(
  clocks: Clocks,
  { scripted }: SimulatedPrometheus,
  gates: readonly string[],
): SeriesSource {
  const ofSignal = (signal: string, part: Part, origin: Origin, at: Instant): readonly Series[] =>
    gates.flatMap((gate) => {
      const said = scripted(gate, signal, at);
      return seriesSaying({ gate, signal, part, origin, said, newest: newestOf(said, origin, at) });
    });

  /** Where what is scraped is stale, the rules that read it stand still as well in every other spell, and run on else. */
  function newestOf({ says, at: since }: Scripted, origin: Origin, at: Instant): Instant {
    const rulesRun = origin === "recorded" && spellOf(since) % 2 === 0;
    return says === "stale" && !rulesRun ? since : upToNow(at);
  }

  const upToNow = (at: Instant): Instant => Math.min(at, clocks.peers.now());

  function ofServices(at: Instant): readonly Series[] {
    return gates.map((service) => {
      const { says, at: since } = scripted(service, "guard", at);
      const isGone = says === "missing" && guardLoss(since) === "blind";
      return { ...plain({ service }, says === "stale" ? since : upToNow(at)), isGone };
    });
  }

  return (name, at) => {
    switch (name) {
      case "errors_ratio":
        return [...ofSignal("errors", "value", "scraped", at), plain({ gate: OTHER_SERVICE }, at, SLOW_JOB)];
      case "orders:bad":
        return ofSignal("orders", "bad", "recorded", at);
      case "orders:total":
        return ofSignal("orders", "total", "recorded", at);
      case "orders_bad_total":
        return ofSignal("orders", "bad", "scraped", at);
      case "orders_total":
        return ofSignal("orders", "total", "scraped", at);
      case "service_errors":
        return [...ofServices(at), plain({ service: OTHER_SERVICE }, upToNow(at))];
      case "latency_seconds":
        return [OTHER_SERVICE, ...gates].map((service) => plain({ service }, upToNow(at)));
      default:
        return [];
    }
  };
}

type Origin = "scraped" | "recorded";

type Told = {
  readonly gate: string;
  readonly signal: string;
  readonly part: Part;
  readonly origin: Origin;
  readonly said: Scripted;
  readonly newest: Instant;
};

function seriesSaying({ gate, signal, part, origin, said, newest }: Told): readonly Series[] {
  const labels = origin === "scraped" ? { gate, job: JOB, instance: "a:80" } : { gate };
  const ratio = RATIO[said.says === "missing" ? "good" : said.says];
  const number = { value: ratio, bad: Math.round(ratio * TOTAL), total: TOTAL }[part];
  const good = { labels, value: written(number), newest, isGone: false, lost: null };
  const way = said.says === "missing" ? wayOf(signal, part, said.at) : null;
  if (way === null) return [good];
  if (way === "empty") return [{ ...good, isGone: true }];
  if (way === "many") return [good, { ...good, labels: { ...labels, instance: "b:80" } }];
  return way === "NaN" || way === "+Inf" ? [{ ...good, value: way }] : [{ ...good, lost: way }];
}

type Way = "empty" | "NaN" | "many" | "+Inf" | Loss;

/** Ways of a source that answers; one that answers in no other signal would be dark. */
const ANSWERED: readonly [Way, ...Way[]] = ["empty", "NaN", "many", "warned", "+Inf"];
const LOST: readonly [Way, ...Way[]] = [
  ...ANSWERED,
  "refused",
  "cut off",
  "twice",
  "about another time",
  "a page",
  "of another kind",
];

/** Another way for each spell; of orders at times only the bad ones are lost. Null: this part is not. */
function wayOf(signal: string, part: Part, since: Instant): Way | null {
  const spell = spellOf(since);
  const ways = signal === "orders" ? LOST : ANSWERED;
  const way = ways[spell % ways.length] ?? ways[0];
  // A count of bad outcomes that is empty while their total is known would be 0.
  const onlyBad = signal === "orders" && way !== "empty" && Math.floor(spell / ways.length) % 2 === 0;
  return onlyBad && part !== "bad" ? null : way;
}

/** Why the silence of a gate's alerting rule proves nothing. */
export type GuardLoss = "failing" | "new" | "blind";

const GUARD_LOST = ["failing", "new", "blind"] as const;

/** Another way for each spell. */
export function guardLoss(since: Instant): GuardLoss {
  return GUARD_LOST[spellOf(since) % GUARD_LOST.length] ?? "failing";
}

/** Large numbers with an exponent, as Go does from some size on. */
function written(number: number): string {
  return number < TOTAL ? String(number) : number.toExponential().replace(/e\+(\d)$/, "e+0$1");
}

function plain(labels: Readonly<Record<string, string>>, newest: Instant, job: string = JOB): Series {
  return { labels: { ...labels, job }, value: "0.001", newest, isGone: false, lost: null };
}
