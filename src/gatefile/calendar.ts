import type { CalendarWindow, WindowEffect, WindowTime } from "../domain/calendar.ts";
import { HOUR } from "../domain/instant.ts";
import { CALENDAR_SHAPE, type WindowFields } from "./calendar-keys.ts";
import { type EveryFault, parseEvery } from "./every-text.ts";
import { readMap } from "./mapping.ts";
import type { Complain, ProblemList } from "./problem-list.ts";
import type { Span } from "./source.ts";
import type { MapValue } from "./value.ts";
import { instantOf, isZone, zoneLike } from "./zone-time.ts";

/** A window by its name, with where it is declared; null: it has errors of its own, so nothing can name it. */
export type DeclaredWindow = {
  readonly name: string;
  readonly path: string;
  readonly at: Span;
  readonly window: CalendarWindow | null;
};

export type Windows = ReadonlyMap<string, DeclaredWindow>;

/** Every window of one `calendar/v1` file that has a name, broken ones included: who names those should hear why. */
export function readCalendar(root: MapValue, complain: Complain): readonly DeclaredWindow[] {
  const fields = readMap(root, CALENDAR_SHAPE, complain);
  if (fields === undefined) return [];
  const { timezone, windows } = fields.values;
  if (!fields.has("timezone")) {
    complain({
      code: "R702",
      at: fields.head,
      message: "the calendar names no time zone, so its times are UTC",
      suggestion: "add `timezone:` with an IANA name, e.g. `Europe/Berlin`",
    });
  }
  const zone = zoneOf(timezone, complain);
  return (windows ?? []).flatMap(({ fields: window, problems }) => {
    const both: Complain = (complaint) => {
      problems.complain(complaint);
      complain(complaint);
    };
    const made = madeWindow(window, zone, both);
    const { name } = window.values;
    if (name === undefined) return [];
    const at = window.at("name");
    return [{ name, path: at.file.path, at, window: problems.hasErrors() ? null : made }];
  });
}

/** Null: the zone that is written is none, which is complained. */
function zoneOf(
  written: { readonly value: string; readonly at: Span } | undefined,
  complain: Complain,
): string | null {
  if (written === undefined) return "UTC";
  if (isZone(written.value)) return written.value;
  const near = zoneLike(written.value);
  complain({
    code: "R706",
    at: written.at,
    message: `\`${written.value.slice(0, 60)}\` is no time zone`,
    suggestion:
      near === null ? "write an IANA name, e.g. `Europe/Berlin` or `UTC`" : `did you mean \`${near}\`?`,
  });
  return null;
}

function madeWindow(
  fields: WindowFields,
  timezone: string | null,
  complain: Complain,
): CalendarWindow | null {
  const time = timeOf(fields, timezone, complain);
  const effect = effectOf(fields, complain);
  const { name, retreat, overrule, only } = fields.values;
  if (name === undefined || time === null || effect === null || timezone === null) return null;
  const { to, before } = retreat?.values ?? {};
  const by = overrule?.values.by ?? [];
  return {
    name,
    timezone,
    time,
    effect,
    retreat: to === undefined || before === undefined ? null : { to, beforeMs: before },
    overrule:
      overrule === undefined
        ? null
        : { by, count: overrule.values.count ?? by.length, expiresMs: overrule.values.expires ?? 2 * HOUR },
    onlyWrites: (only?.values.writes ?? []).map(({ value }) => value),
  };
}

/** R705: a window says in one way when it is. */
function timeOf(fields: WindowFields, zone: string | null, complain: Complain): WindowTime | null {
  const ways = (["every", "from", "ical"] as const).filter((key) => fields.has(key));
  const [way, other] = ways;
  if (way === undefined || other !== undefined) {
    const message =
      way === undefined
        ? "the window does not say when it is"
        : `\`${other}\` cannot stand beside \`${way}\`: a window says in one way when it is`;
    const suggestion =
      way === undefined ? "add `every:`, `from:` and `to:`, or `ical:`" : "make two windows of it";
    complain({ code: "R705", at: other === undefined ? fields.head : fields.at(other), message, suggestion });
    return null;
  }
  for (const [key, needed] of [
    ["to", "from"],
    ["first", "ical"],
  ] as const) {
    if (fields.has(key) && way !== needed) misfits(fields, key, `needs \`${needed}\``, complain);
  }
  switch (way) {
    case "every":
      return everyOf(fields, complain);
    case "from":
      return spanOf(fields, zone, complain);
    case "ical":
      return icalOf(fields);
  }
}

function icalOf({ values: { ical, first } }: WindowFields): WindowTime | null {
  return ical === undefined ? null : { kind: "ical", source: ical, firstMs: first ?? null };
}

function everyOf({ values: { every } }: WindowFields, complain: Complain): WindowTime | null {
  if (every === undefined) return null;
  const parsed = parseEvery(every.text);
  if (parsed.ok) return { kind: "every", recurrence: parsed.recurrence };
  const { from, to, message, suggestion }: EveryFault = parsed.fault;
  complain({ code: "R705", at: every.spanOf(from, to), message, suggestion });
  return null;
}

function spanOf(fields: WindowFields, zone: string | null, complain: Complain): WindowTime | null {
  if (!fields.has("to")) {
    const message = "a window with `from` needs `to`: when it is over";
    complain({ code: "R107", at: fields.at("from"), message });
  }
  const [from, to] = (["from", "to"] as const).map((key) => {
    const written = fields.values[key];
    if (written === undefined) return null;
    const at = instantOf(written.value, zone ?? "UTC");
    if (at !== null) return at;
    const message = `\`${written.value.slice(0, 60)}\` is no time`;
    complain({ code: "R705", at: written.at, message, suggestion: "write e.g. `2026-11-20T00:00`" });
    return null;
  });
  if (from === undefined || from === null || to === undefined || to === null) return null;
  if (from < to) return { kind: "span", from, to };
  complain({ code: "R705", at: fields.at("to"), message: "the window ends before it begins" });
  return null;
}

/** R707: what a window says belongs to its effect. */
function effectOf(fields: WindowFields, complain: Complain): WindowEffect | null {
  const { effect, mustSettleInside, systems } = fields.values;
  if (effect === undefined) return null;
  const kind = typeof effect === "string" ? effect : "ceiling";
  const fits = {
    mustSettleInside: ["allow-advance"],
    systems: ["blind"],
    retreat: ["freeze", "ceiling"],
  } as const;
  for (const key of ["mustSettleInside", "systems", "retreat"] as const) {
    const kinds: readonly string[] = fits[key];
    if (fields.has(key) && !kinds.includes(kind))
      misfits(
        fields,
        key,
        `belongs to ${kinds.map((each) => `\`${each}\``).join(" and ")}, and this window has \`${kind}\``,
        complain,
      );
  }
  if (typeof effect !== "string") return { kind: "ceiling", to: effect.ceiling };
  if (effect === "allow-advance") return { kind: effect, mustSettleInside: mustSettleInside ?? false };
  if (effect === "blind") return { kind: effect, systems: (systems ?? []).map(({ value }) => value) };
  return { kind: effect };
}

function misfits(
  fields: WindowFields,
  key: keyof WindowFields["values"],
  why: string,
  complain: Complain,
): void {
  complain({ code: "R707", at: fields.at(key), message: `\`${key}\` ${why}`, suggestion: "remove it" });
}

/** All windows by name; a name that is declared twice is refused wherever it stands. */
export function joinWindows(
  files: readonly { readonly windows: readonly DeclaredWindow[]; readonly list: ProblemList }[],
): Windows {
  const all = files.flatMap(({ windows, list }) =>
    windows.map((window) => ({ window, complain: list.complain })),
  );
  const joined = new Map<string, DeclaredWindow>();
  for (const { window, complain } of all) {
    const other = all.find((each) => each.window !== window && each.window.name === window.name);
    joined.set(window.name, other === undefined ? window : { ...window, window: null });
    if (other === undefined) continue;
    complain({
      code: "R704",
      at: window.at,
      message: `${other.window.path} declares a window with the same name`,
      suggestion: "rename one of them",
    });
  }
  return joined;
}
