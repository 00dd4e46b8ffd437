import { z } from "zod";

import type { WindowEffect } from "../domain/calendar.ts";
import {
  anything,
  inOwnGrammar,
  leaf,
  listOf,
  longerThanNothing,
  name,
  type Read,
  sentence,
  wholeNumber,
} from "./leaf.ts";
import { type Fields, jsonOfMap, mapping, readMap } from "./mapping.ts";
import { nameList, placed, textOrList } from "./names.ts";
import { percent } from "./percent.ts";
import { type ProblemList, problemList } from "./problem-list.ts";
import { shaped, told } from "./read.ts";

const effectWord = leaf(
  z.enum(["allow-advance", "freeze", "tighten", "blind"]),
  "`allow-advance`, `freeze`, `tighten`, `blind` or `{ ceiling: 25% }`",
);

const ceiling = mapping({
  what: "an effect",
  keys: { ceiling: told(percent, "percent", "No increase goes above it") },
  required: ["ceiling"],
});

/** The effect before it is known what the window says beside it. */
type EffectDraft = Exclude<WindowEffect["kind"], "ceiling"> | { readonly ceiling: number };

const effect: Read<EffectDraft> = shaped(
  { anyOf: [effectWord.json ?? {}, ceiling.json ?? {}] },
  (value, complain) => {
    if (value.kind !== "map") return effectWord(value, complain);
    const to = ceiling(value, complain)?.values.ceiling;
    return to === undefined ? undefined : { ceiling: to };
  },
);

const retreat = mapping({
  what: "`retreat`",
  keys: {
    to: told(percent, "percent", "The highest step at or below it is where unproven ramps go back to"),
    before: told(longerThanNothing, "duration above 0", "How long before the window begins"),
  },
  required: ["to", "before"],
});

const overrule = mapping({
  what: "`overrule`",
  keys: {
    by: told(textOrList, "group, or list of groups", "Who may lift the window for a while"),
    count: told(wholeNumber(1), "whole number from 1", "How many different people", "one of each group"),
    expires: told(longerThanNothing, "duration above 0", "For how long", "`2h`"),
  },
  required: ["by"],
});

const only = mapping({
  what: "`only`",
  keys: { writes: told(nameList, "list of entities", "Ramps that write one of them") },
  required: ["writes"],
});

const WINDOW_KEYS = {
  name: told(name, "as a gate's", "What flows, gates and signals call it; once in the folder"),
  every: told(
    inOwnGrammar("days and times such as `Mon-Thu 09:00-16:00`"),
    "[days and times](#days-and-times)",
    "It comes again and again",
  ),
  from: told(
    placed(sentence),
    "time",
    "It comes once: `2026-11-20T00:00`, in the file's zone unless it says its offset",
  ),
  to: told(placed(sentence), "time", "Its end, which is no part of it. With `from`"),
  ical: told(name, "name", "Its times are the events of the calendar that the configuration calls so"),
  first: told(
    longerThanNothing,
    "duration above 0",
    "Only this much from the beginning of each event. With `ical`",
    "all of it",
  ),
  effect: told(
    effect,
    "`allow-advance`, `freeze`, `{ ceiling: 25% }`, `tighten`, `blind`",
    "Increases only inside; none; none above a percent; limits half the way nearer and approvals on every increase; signals of `systems` are neither proof nor alarm",
  ),
  mustSettleInside: told(
    leaf(z.boolean(), "`true` or `false`"),
    "`true`, `false`",
    "An increase whose settle would end after the window waits for the next. With `allow-advance`",
    "`false`",
  ),
  retreat: told(
    retreat,
    "`{ to, before }`",
    "Unproven ramps step back before it begins. With `freeze` and `ceiling`",
    "none",
  ),
  overrule: told(overrule, "`{ by, count, expires }`", "Who may lift it for a while", "nobody"),
  only: told(only, "`{ writes }`", "It concerns only ramps that write one of these entities", "all ramps"),
  systems: told(
    nameList,
    "list of names",
    "Whose signals it blinds, beside those that name it in `except`. With `blind`",
    "none",
  ),
} as const;

export type WindowFields = Fields<typeof WINDOW_KEYS>;

export const WINDOW_SHAPE = { what: "a window", keys: WINDOW_KEYS, required: ["name", "effect"] } as const;

/** A window with what is wrong with it alone: another window of the file may be sound. */
type WindowDraft = { readonly fields: WindowFields; readonly problems: ProblemList };

const window: Read<WindowDraft> = shaped(jsonOfMap(WINDOW_SHAPE), (value, complain) => {
  const problems = problemList();
  const fields = readMap(value, WINDOW_SHAPE, (complaint) => {
    problems.complain(complaint);
    complain(complaint);
  });
  return fields === undefined ? undefined : { fields, problems };
});

const CALENDAR_KEYS = {
  schema: told(anything, "`calendar/v1`", ""),
  timezone: told(
    placed(sentence),
    "IANA name",
    "The zone in which its local times are meant, such as `Europe/Berlin`",
    "`UTC` (warning)",
  ),
  windows: told(listOf(window, "a list of windows"), "list", "[What they do](#windows)"),
} as const;

export const CALENDAR_SHAPE = { what: "a calendar", keys: CALENDAR_KEYS, required: ["windows"] } as const;
