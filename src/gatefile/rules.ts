import type { Severity } from "../domain/problem.ts";

type Rule = {
  readonly title: string;
  readonly severity: Severity;
  /** Why the rule exists and what to do about it; the page of the rule is made from this. */
  readonly docs: string;
};

const error = (title: string, docs: string): Rule => ({ title, severity: "error", docs });
const warning = (title: string, docs: string): Rule => ({ title, severity: "warning", docs });
const hint = (title: string, docs: string): Rule => ({ title, severity: "hint", docs });

/** Every rule of the gate language by its code. R1xx shape and steps, R2xx limits, R3xx PromQL, R4xx ownership, R5xx what gates share, R6xx clean-up, R7xx calendars. */
export const RULES = {
  R100: error(
    "The file cannot be read",
    "A file is UTF-8 text without control characters or invisible direction marks, at most 64 KiB. Such characters can make a file read differently to a person than to the parser.",
  ),
  R101: error(
    "Unknown key",
    "A key that nobody knows is most often a typing mistake, and a gate without the limit somebody meant to write is not the gate they reviewed. So unknown keys are never ignored.",
  ),
  R102: error(
    "Not valid YAML",
    "Files are YAML 1.2, read strictly; a warning of the parser counts as an error.",
  ),
  R103: error(
    "A key is written twice",
    "Two values under one key mean two different things to two readers. Keep one of them.",
  ),
  R104: error(
    "A part of YAML that gates do not use",
    "Anchors, aliases, merge keys, custom tags, directives and several documents in one file are refused: a gate reads the same from top to bottom, and an alias can grow a small file without bounds.",
  ),
  R105: error("Not one mapping", "Each file is exactly one document: a mapping that begins with `schema:`."),
  R106: error(
    "Too large",
    "A folder holds at most 200 files; a file at most 64 KiB, 2,000 values and 20 levels, and it is read within one second. Split a larger one.",
  ),
  R107: error("A key is missing", "The mapping cannot be understood without this key."),
  R108: error(
    "Wrong kind of value",
    "The key is known and takes another kind of value; the message says which.",
  ),
  R109: error(
    "Unknown schema",
    "The first key names kind and version of the file: `gate/v1`, `profile/v1`, `signals/v1`, `flow/v1`, `calendar/v1` or `gate-test/v1`.",
  ),
  R110: error(
    "A fraction of a percent",
    "Unleash spreads users over 100 buckets, so 0.5 % of exposure is no exposure. Steps are whole percents from 1 to 100.",
  ),
  R111: error(
    "Stickiness that does not stick",
    "`random` decides anew on every call, and `default` does so for everyone without user or session: one order could take both paths. Name the field that identifies the thing being exposed. For a gate that writes (`touches`) `default`, or no field, is an error.",
  ),
  R112: error(
    "Stickiness by a field Unleash does not know",
    "A strategy that sticks to a field no SDK fills in reaches nobody, or anybody. The field has to be a context field of the server with custom stickiness. Asked with `--online`.",
  ),
  R113: error(
    "Not a duration",
    "Durations are written as in Prometheus: whole numbers with units from large to small, such as `1h30m` or `45s`. Units: y, w, d, h, m, s, ms.",
  ),
  R114: error(
    "Not a percent",
    "A percent is a whole number from 0 to 100 in plain digits, with or without `%`. Octal, hexadecimal and exponent forms are refused because readers disagree about them.",
  ),
  R120: error(
    "Steps do not increase",
    "Each step exposes more than the one before it. Going back is `rollback`, not a step.",
  ),
  R121: error(
    "The ramp does not end",
    "A file that was cut off must not mean a shorter ramp. The last step is 100 %, or `stopsAt` says where the ramp ends on purpose.",
  ),
  R122: error(
    "Bake where it cannot be",
    "`bake` is the time at the last step before a ramp is finished. It stands there only, and is never 0.",
  ),
  R123: error(
    "A key that needs a flag",
    "A gate without a flag only watches: it exposes nobody, so it has no steps and nothing to roll back. Add `flag:` or leave the key out.",
  ),
  R124: error(
    "Nothing to judge",
    "A gate opens on evidence. Without a signal that counts for raises there is none, and exposure could never grow.",
  ),
  R125: error(
    "Two gates for one flag",
    "Two gates on the same flag, environment and strategy would undo each other's writes. One that names no strategy takes the only one there is, so it clashes with one that names it, unless it names companions in `also`. Both are refused until one of them is changed.",
  ),
  R126: error(
    "A gate's name is used twice",
    "A name stands for one gate in commands, records and messages. Both files are refused.",
  ),
  R127: error(
    "A deploy of nobody's service",
    "`onDeploy` says what a deploy of the gate's own service does to the ramp, and CI tells deploys by the name of a service. Without `service` nothing would ever be done.",
  ),
  R128: error(
    "A deadline of no drain",
    "`drainDeadline` is how long those on the new path may take to finish there after a rollback. Only `mode: drain` waits for them.",
  ),
  R129: error(
    "No such flag",
    "The flag, or its environment, is not there: a ramp could never start. Asked with `--online`.",
  ),
  R131: warning(
    "Hold is shorter than settle",
    "Until a signal has settled its readings still show the exposure before the step. The step waits for that anyway; a hold below it promises a pace that cannot be kept.",
  ),
  R132: warning(
    "Bake is shorter than settle",
    "A ramp is finished when its bake is over and every signal that counts for that is good. One that shows the last step only later keeps it waiting anyway; a bake below it promises an end that cannot be kept.",
  ),
  R133: warning(
    "A missing signal never escalates",
    "`missingFor: {}` switches the clock off: a signal that stays missing closes increases and does nothing else, for as long as nobody looks.",
  ),
  R134: error(
    "Escalation out of order",
    "A missing signal halts first and rolls back later; a halt at or after the rollback can never happen.",
  ),
  R140: error(
    "A signal's name is used twice",
    "Names tell the signals of a gate apart in evidence and messages. Give one of them another `name:`.",
  ),
  R141: error(
    "No name for the signal",
    "A signal is named by `name:`, by the library signal it uses, or by the first metric of its query.",
  ),
  R142: error(
    "Either a query or a library signal",
    "A signal says `query:` or `use:`. What a library signal means stands in the library alone; a gate that uses it sets limits, times and floors.",
  ),
  R143: error("Unknown library signal", "`use:` names a signal of a `signals/v1` file in the same folder."),
  R144: error(
    "A signal without a limit",
    "A signal that nothing is compared with judges nothing. State at least one of `advance`, `halt` and `rollback`.",
  ),
  R145: error(
    "The library signal has problems",
    "The gate cannot be loaded while the library signal it uses cannot be understood. Its own problems are listed with its file.",
  ),
  R146: error(
    "A library signal is declared twice",
    "`use:` must mean one signal, whichever file declares it. Both are refused.",
  ),
  R150: error(
    "Unknown parameter",
    "Only parameters that the library signal or the profile declares under `params:` can be given, and only those may stand in its text.",
  ),
  R151: error(
    "A parameter is missing",
    "A parameter listed under `params:` without a default has to be given with `with:`.",
  ),
  R152: error(
    "A parameter outside a label value",
    "In a query and in the matchers of an alert `$name` may stand only inside the string of a label matcher, where its value is escaped. Anywhere else a value could change what the query means.",
  ),
  R153: error(
    "A parameter's value cannot be used",
    "A value in `=~` or `!~` has at most 200 characters, and the pattern with it must be a regular expression; a value between backticks cannot contain one.",
  ),
  R160: error(
    "An empty answer that means zero needs a witness",
    "`emptyIs: 0` is believed only while the `witness` query shows that the exporter is alive. One without the other has no meaning.",
  ),
  R161: error(
    "Counters that cannot be counted",
    "`counts` names raw counters by plain selectors, bad outcomes and all outcomes, and Rampart adds their increments up itself; `cohorts` names by matchers which of them are of those who are exposed and which of everybody else. They are a ratio, read over at most 6 hours.",
  ),
  R162: error(
    "Matchers that cannot be read",
    'Alerts are named as in Alertmanager: `{service="checkout", severity=~"page|critical"}`, or the alert\'s name alone. Regular expressions are RE2, match the whole value and have at most 200 characters.',
  ),
  R163: error(
    "An alert guard is there twice",
    "A guard goes by its matchers; two with the same ones could say different things of the same alert.",
  ),
  R170: error("Unknown profile", "`profile:` names a `profile/v1` file in the same folder."),
  R171: error(
    "The profile cannot be used",
    "The gate cannot be loaded while its profile has problems, of its own or with what this gate adds to it. They are listed with the file they stand in.",
  ),
  R172: error(
    "A profile is declared twice",
    "`profile:` must mean one profile, whichever file declares it. Both are refused.",
  ),
  R173: error(
    "A profile of a profile",
    "A gate is one file and at most one profile, so that two places tell all of it. Write the other profile's keys out.",
  ),
  R174: error(
    "A parameter where none is put in",
    "In a profile `$name` stands inside a label's value in a query or in an alert's matchers, or as the whole value of `owner`, `service`, `runbook` or of a parameter under `with:`. Anywhere else it would stay as it is written.",
  ),
  R175: error(
    "Values for no profile",
    "`with:` of a gate gives values to the parameters of its profile. Name the profile, or leave the values out.",
  ),
  R180: warning(
    "gates.lock cannot be used",
    "Who wrote a gate is read from `gates.lock` alone. While it cannot be read every author is unknown, and each approval needs one more person.",
  ),
  R190: error(
    "Not supported by this version",
    "The key belongs to the language, but this version cannot act on it. Ignoring it would run a weaker gate than the one that was written, so the gate is not loaded.",
  ),
  R191: warning(
    "No effect yet",
    "The file, or the key, is read and checked, and this version does nothing about it yet. A gate whose key would have held exposure back can be watched, but not started: it would run weaker than it was written. `rampart show` marks each such line.",
  ),
  R201: error(
    "Limits in the wrong order",
    "`advance` is the strictest limit, `halt` comes later and `rollback` last. A value must never be good enough to advance and bad enough to halt, nor roll back before it halts.",
  ),
  R202: error(
    "A limit against the signal's direction",
    "Where lower is better, `advance` bounds from above and `halt` and `rollback` fire above. Where higher is better it is the other way round; then say `better: higher`.",
  ),
  R203: error(
    "A unit is missing",
    "`0.5` could mean half or half a percent. Ratios carry `%`, `pp` or `x`, times carry `s`, `m`, `h` or `d`. A bare 0 needs none.",
  ),
  R204: warning(
    "A limit that cannot be reached at a step",
    "A share of everything cannot pass 1 % while 1 % of everything is exposed, however bad the new path is: at that step the limit sees nothing. Keep it for later steps, and add one that sees the first ones, such as a signal of those exposed alone.",
  ),
  R205: warning(
    "A proof that takes too long",
    "At the traffic of the last day the outcomes that `prove` needs take more than 30 days to come, or never: what has to be excluded is what is normal. The ramp would stand at that step. Asked with `--online`.",
  ),
  R206: warning(
    "`for` is shorter than two scrapes",
    "`for` says that one bad sample is not enough. In less than two scrapes there is no second one. The scrape interval is that of the configuration, else a minute.",
  ),
  R207: error(
    "A limit that counts the wrong thing",
    "`for N runs` counts new watermarks (`asOf`), new samples (`onNewData`) or periods, so the signal needs one of them. `for 10m` on data that is judged by one of the first two would read the same number again and again.",
  ),
  R208: error(
    "A step where nothing can stop the ramp",
    "At this step no limit can be reached, for each is about a share of everything that cannot get so large, and no alert guards the gate. Whatever goes wrong, nobody would be taken back.",
  ),
  R209: error(
    "A limit without what it compares with",
    "`over control`, `under control` and `of control` compare the cohorts of a signal that has `counts` and `cohorts`; `of last week` compares any other signal with itself, a week ago, and `of baseline` with the same hours of the days before the ramp, so the gate needs a flag. `of exposed` asks for a ratio of bad outcomes besides.",
  ),
  R210: error(
    "Nothing to prove a step by",
    "`prove` excludes a ratio of bad outcomes among those who are exposed. They are counted by the signal with cohorts that says `proves: true`, else by the only one with cohorts. A shadow step and the last step prove nothing: nobody is exposed, and nothing follows.",
  ),
  R211: warning(
    "A limit that cries wolf",
    "On more than 5 % of the last 14 days the limits alone would have stopped a ramp, though there may have been none: whoever is woken for nothing stops looking. Days without a number do not count. Asked with `--online`, and not of cohorts, raw counters and days before a ramp.",
  ),
  R212: error(
    "Nothing can be read at 0 %",
    "While nobody is exposed there is no candidate to compare with a control. The first raise, like every other, needs a signal that is good: add one that shows the system without the flag.",
  ),
  R220: error(
    "Not a limit",
    "A limit is a sentence: `at most 0.5%`, `above 2% for 10m`, `below 30%`, `exactly 0`, `above 1% for 2 runs`. The operators <=, >=, <, > and == are accepted in quotes.",
  ),
  R221: error(
    "`for` on an advance limit",
    "How long things must have been good is what a step's `hold` says.",
  ),
  R222: error(
    "A unit that does not fit",
    "The unit of a limit must fit the unit of the signal: a share is compared with percents, an age with a duration, a count with a plain number.",
  ),
  R301: error(
    "PromQL that Prometheus refuses",
    "The query, after parameters are put in, must be one that Prometheus accepts: its syntax, the names of its functions, the kinds of their arguments and of both sides of an operator, label matchers, patterns and durations.",
  ),
  R302: error(
    "A counter function without a range",
    "`rate`, `increase` and their kin compare samples over a range, such as `[5m]`.",
  ),
  R303: error(
    "A sum before the rate",
    "When one process restarts its counter falls to 0, and so does a sum with it in it. `rate` then takes the fall for a restart of the whole sum and counts what is left as growth. Take the rate of each series, and sum afterwards.",
  ),
  R304: warning(
    "A window of less than four scrapes",
    "`rate` needs two samples in its window. With room for less than four scrapes one that is late or lost leaves the answer empty. The scrape interval is that of the configuration, else a minute.",
  ),
  R305: error(
    "Missing data filled with zero",
    "`or vector(0)` answers 0 when the exporter is dead, and so do `or absent(x) * 0`, `or up * 0` and `fill(0)`. Missing data has to be seen as missing; where empty does mean zero, write `emptyIs: 0` with a `witness`.",
  ),
  R306: warning(
    "More than one series",
    "A signal is one number, and a query that answers several series cannot be judged: the reading is missing. Aggregate, or ask for one value of each label. Where the query does not say so itself, because a bare selector may well be one series, this is a hint.",
  ),
  R310: warning(
    "A function that does not fit the metric",
    "`rate` and `increase` count the growth of counters, `delta` and `deriv` the change of gauges, and the number of a counter is all since its process began. Names tell which is which: `_total`, `_count`, `_sum` and `_bucket` are counters, `_ratio` and timestamps are none. `histogram_quantile` needs the label `le` of the `_bucket` series it reads. With `--online` the targets themselves say it, and then it is an error.",
  ),
  R311: error(
    "No such series",
    "The query reads a metric that has no series: its reading is missing, always. A warning where the metric is there and only a label or a value of it is not, which may still come. Asked with `--online`.",
  ),
  R312: hint(
    "A counter that may not be there yet",
    "A series with a label for its outcome is often born with the first such outcome. Until then there is no series, and the answer is empty; the first one itself is not seen by `increase`. Initialise counters to 0 with every label value, or say `emptyIs: 0` with a `witness`.",
  ),
  R313: warning(
    "A costly query",
    "A gate asks every few seconds as long as it runs: ranges of more than a day, subqueries with more than 1,000 steps and selectors that look through every metric are paid each time. Let a recording rule do it once.",
  ),
  R314: warning(
    "Freshness that cannot be followed",
    "A reading counts only while it is known how old its data is. That is followed from the metrics a query names, through the rules that record them. Where it names none, `asOf` says it.",
  ),
  R315: hint(
    "A dead target among several",
    "A query that takes several targets together still answers when one of them no longer does, with what the others say, and it is fresh. Watch `up` of the job beside it, by `exporters-up` of the library for targets. Asked with `--online`, of series that are scraped and not of recorded ones.",
  ),
  R316: error(
    "No such alerting rule",
    "The guard names an alert that no rule of its source has: it is missing, always, and halts in the end. A warning where it asks for other labels, which may come from series that are not there now. Asked with `--online`.",
  ),
  R320: error(
    "The query is too long",
    "Queries have at most 4 KiB and nest at most 500 levels. Longer ones belong into a recording rule, where they can be tested.",
  ),
  R321: error(
    "The query does not answer one number",
    "A signal needs a scalar or an instant vector with one series.",
  ),
  R322: error(
    "A threshold in the query",
    "A query that compares answers nothing while all is well, and nothing looks like missing data; so do the burn rates of an alerting rule (`a > 14 and b > 14`) and `absent`, and with `bool` the number is hidden. Thresholds are limits. To count what fails a comparison (a warning) say `emptyIs: 0` with a `witness`.",
  ),
  R323: error(
    "A computed range",
    "Ranges are written as plain durations, so that it is known how far back a reading looks.",
  ),
  R401: warning("No owner", "Somebody has to be asked when it halts."),
  R402: hint(
    "No runbook",
    "The one who is paged at night needs to know what to do. For a gate that writes (`touches`) it is an error.",
  ),
  R403: hint(
    "A runbook that leads nowhere",
    "Whoever is paged gets the runbook as a link in the message. What is no whole address of the web cannot be opened there.",
  ),
  R501: error(
    "Unknown flow",
    "A gate names a flow of a `flow/v1` file in the same folder: what else runs there decides when this gate may raise.",
  ),
  R502: hint(
    "Ramps that keep each other out",
    "Two ramps that write the same entity at the same stage, or of which one is `exclusive` in a flow of both, never run at the same time. Where that is meant, one of them says so: `requires: [{ gate: ..., is: settled }]`.",
  ),
  R503: error(
    "Gates wait for one another",
    "A gate that requires another which, in the end, requires the first could never rise. All of them are refused.",
  ),
  R504: warning(
    "A budget with no room",
    "Ramps of a flow together stay at or below `unproven`. A first step above it waits until no other ramp of the flow is exposed; and where a ramp that bakes leaves no room for 1 %, nothing else can begin while one bakes.",
  ),
  R505: error("Unknown stage", "The stages of a flow stand under `stages:` of its file."),
  R506: error(
    "Unknown gate",
    "A requirement on another gate names a `gate/v1` file in the same folder. One that nobody declares could never hold.",
  ),
  R507: error(
    "A flow is declared twice",
    "A flow's name must mean one path, whichever file declares it. Both are refused.",
  ),
  R508: error(
    "It cannot be used",
    "What draws on a flow or a window cannot be loaded while that has problems of its own. They are listed with its file.",
  ),
  R601: error(
    "A writer without a clean-up",
    "Switching the flag off ends new damage; what was written stays. A gate that writes says in `rollback.reconcile` what has to be repaired, and by which count that is seen to be done.",
  ),
  R602: warning(
    "A task that is never overdue",
    "What has no due time is forgotten. `within:` says when somebody is paged.",
  ),
  R603: warning(
    "Nobody waits for those on the new path",
    "With `decide: once` an entity keeps the path it took. After a rollback those on the new path finish there, so the ramp has to drain before it can begin again: `mode: drain`.",
  ),
  R604: error("A task is there twice", "Tasks go by their names in messages and in what is left to repair."),
  R605: error(
    "A task that never ends",
    "A task is done when its `until` holds, without one when its webhook has answered, or when people say so (`manual: true`).",
  ),
  R701: warning(
    "No time for an increase",
    "The windows of a gate and of its flows together leave no time for an increase for longer than 14 days: windows that never open together, or a freeze that goes on and on. The ramp would stand still, and nobody would know whether it still has to.",
  ),
  R702: warning(
    "No time zone",
    "Local times mean another instant in every zone, and change with summer time. Without `timezone:` they are UTC.",
  ),
  R703: error(
    "Unknown window",
    "`calendars:` names windows of `calendar/v1` files in the same folder. A freeze that is misspelt is none.",
  ),
  R704: error(
    "A window's name is used twice",
    "`calendars:` must mean one window, whichever file declares it. Both are refused.",
  ),
  R705: error(
    "Not a time of a window",
    "A window says in one way when it is: `every: Mon-Thu 09:00-16:00`, `from:` and `to:`, or `ical:`. Days are `Mon` to `Sun`, ranges of them (`Fri-Mon`), lists (`Sat,Sun`), `day` for all, or `first 3 days of month` and `last day of month`; times are those of each day.",
  ),
  R706: error(
    "Unknown time zone",
    "Zones go by their IANA names, such as `Europe/Berlin`: a fixed offset knows no summer time.",
  ),
  R707: error(
    "A key that does not fit the window",
    "`to` belongs to `from`, `first` to `ical`, `mustSettleInside` to `allow-advance`, `retreat` to `freeze` and `ceiling`, `systems` to `blind`. Elsewhere it would do nothing.",
  ),
  R801: error(
    "Not a series",
    'A series of a test is a name with labels, `up{job="shop"}`, and its values in the notation of Prometheus\' unit tests: `1 2 3`, `0x240`, `1+2x10`, `_x5`, `stale`; beside it Unix times for watermarks: `now-5mx60`, `start`.',
  ),
  R802: error(
    "A test of no gate",
    "`gate:` of a test names a gate of the same folder. A test whose gate is gone proves nothing.",
  ),
  R803: error(
    "A case that cannot be played",
    "A case has a name of its own, lasts at most 31 days, and each of its events and expectations says one thing that can happen or be looked at.",
  ),
} as const satisfies Record<string, Rule>;

export type RuleCode = keyof typeof RULES;

/** Where the rule is explained, below the root of the project. */
export function rulePage(code: string): string {
  return `docs/lint.md#${code.toLowerCase()}`;
}

/** The page itself, in Markdown: one section a rule, in the order of the codes. */
export function renderRulePages(): string {
  const sections = Object.entries(RULES).map(
    ([code, rule]) => `## ${code}\n\n**${rule.title}** (${rule.severity})\n\n${rule.docs}\n`,
  );
  return `# Rules of the gate language\n\n${sections.join("\n")}`;
}
