import { z } from "zod";

import { DAY } from "../../domain/instant.ts";
import type { Matcher } from "../../domain/matcher.ts";
import { parseMatchers } from "../../matchers/matchers.ts";
import { inOwnGrammar, leaf, longerThanNothing, name, duration, type Read, sentence } from "../leaf.ts";
import { jsonOfMap, readMap } from "../mapping.ts";
import { percent } from "../percent.ts";
import type { Complain } from "../problem-list.ts";
import { shaped, told } from "../read.ts";
import type { Text } from "../text.ts";
import { headOf } from "../value.ts";
import { type CaseEvent, PERSONAL_ACTIONS } from "./gate-test.ts";
import { writtenAt } from "./written.ts";

/** People are called as the configuration calls them. */
const person = leaf(z.string().trim().min(1).max(100), "the name of whoever does it");

const does = (meaning: string) => told(person, "name", meaning);

export const EVENT_SHAPE = {
  what: "an event",
  keys: {
    after: told(duration(), "duration", "So long after the start it happens"),
    start: does("Starts the ramp"),
    act: does("Lets a gate write that only watched"),
    observe: does("Lets it only watch from now on"),
    approve: does("Approves what waits for it"),
    reject: does("Rejects it"),
    pause: does("Pauses the ramp"),
    resume: does("Resumes it"),
    advance: does("Takes the next step by force"),
    rollback: does("Rolls it back"),
    restart: does("Starts it again from the first step"),
    "adopt-flag": does("Takes the flag for the ramp's as it stands"),
    restore: does("Puts the flag back to what is recorded"),
    abort: does("Ends the ramp where it stands"),
    finish: does("Ends it as done"),
    refused: told(name, "code", "The engine has to refuse the person with this code"),
    flag: told(percent, "percent", "Moves the percent in Unleash behind Rampart's back"),
    deployed: told(sentence, "text", "A deploy of this version of the gate's `service`"),
    maintenance: told(longerThanNothing, "duration", "Begins maintenance of the gate's sources"),
    silence: told(
      inOwnGrammar('matchers such as `{service="checkout"}`, or the name of an alert'),
      "matchers",
      "Silences these alerts",
    ),
    for: told(longerThanNothing, "duration", "How long they are silenced", "to the end of the case"),
    by: told(person, "name", "Who moves the flag, silences or begins maintenance", "somebody"),
  },
  required: ["after"],
} as const;

const WHATS = [...PERSONAL_ACTIONS, "flag", "deployed", "maintenance", "silence"] as const;

const SOMEBODY = "somebody";
/** No case lasts longer. */
const LONG = 31 * DAY;

export const caseEvent: Read<CaseEvent> = shaped(jsonOfMap(EVENT_SHAPE), (value, complain) => {
  const fields = readMap(value, EVENT_SHAPE, complain);
  if (fields === undefined || value.kind !== "map") return undefined;
  const { values } = fields;
  const said = WHATS.filter((key) => fields.has(key));
  const [what, ...others] = said;
  if (what === undefined || others.length > 0) {
    const message = what === undefined ? "nothing happens in this event" : "an event is one thing";
    const suggestion =
      what === undefined
        ? "say what, such as `approve: kim`, `rollback: kim` or `flag: 10%`"
        : `give ${others.map((each) => `\`${each}\``).join(", ")} an event of its own`;
    complain({ code: "R803", at: headOf(value), message, suggestion });
    return undefined;
  }
  if (fields.has("for") && what !== "silence")
    complain({ code: "R803", at: fields.at("for"), message: "only a `silence` lasts `for` a time" });
  if (values.after === undefined) return undefined;
  const at = { afterMs: values.after, at: writtenAt(headOf(value)) };
  const by = values.by ?? SOMEBODY;
  if (what === "flag")
    return values.flag === undefined ? undefined : { ...at, kind: "edit", to: values.flag, by };
  if (what === "deployed")
    return values.deployed === undefined ? undefined : { ...at, kind: "deploy", version: values.deployed };
  if (what === "maintenance") {
    const forMs = values.maintenance;
    return forMs === undefined ? undefined : { ...at, kind: "maintenance", forMs, by };
  }
  if (what === "silence") {
    const matchers = values.silence === undefined ? null : matchersOf(values.silence, complain);
    return matchers === null
      ? undefined
      : { ...at, kind: "silence", matchers, forMs: values.for ?? LONG, by };
  }
  const who = values[what];
  if (who === undefined) return undefined;
  return { ...at, kind: "person", action: what, by: who, refused: values.refused ?? null };
});

function matchersOf(written: Text, complain: Complain): readonly Matcher[] | null {
  const parsed = parseMatchers(written.text);
  if (parsed.ok) return parsed.matchers;
  complain({ code: "R162", at: written.spanOf(parsed.at, parsed.at + 1), message: parsed.problem });
  return null;
}
