import type { AlertGuard, MissingBounds } from "../domain/gate.ts";
import { parseMatchers } from "../matchers/matchers.ts";
import { inOwnGrammar, listOf, oneOf, type Read } from "./leaf.ts";
import { type Fields, jsonOfMap, readMap } from "./mapping.ts";
import { missingBounds } from "./missing-bounds.ts";
import type { Complain } from "./problem-list.ts";
import { checkQuery } from "./query-check.ts";
import { type ProfileScope, scopeOf } from "./scope.ts";
import { checkReferences, type Language, substitute } from "./substitution.ts";
import type { Text } from "./text.ts";
import { shaped, told } from "./read.ts";

const matchers = inOwnGrammar('matchers such as `{service="checkout"}`, or the name of an alert');

const effect = oneOf("ignore", "wait", "halt", "rollback");

const GUARD_KEYS = {
  match: told(matchers, "matchers", "Each set of them once in the gate"),
  pending: told(effect, "`ignore`, `wait`, `halt`, `rollback`", "What a pending alert does", "`wait`"),
  firing: told(effect, "same", "What a firing alert does", "`halt`"),
  critical: told(
    effect,
    "same",
    'What a firing alert with `severity="critical"` does. One that fired before the last raise halts: taking exposure back would not mend it',
    "`rollback`",
  ),
  silenced: told(
    oneOf("wait", "ignore"),
    "`wait`, `ignore`",
    "What an alert does that somebody silenced. Silences are seen where the source has an Alertmanager",
    "`wait`",
  ),
  witness: told(
    inOwnGrammar("a PromQL query"),
    "PromQL",
    "While it answers one value above 0, series that a rule reads and that do not exist have nothing to report",
    "none",
  ),
  missingFor: told(missingBounds, "mapping", "[When missing data acts](#missing-data)", "the gate's"),
} as const;

export const GUARD_SHAPE = { what: "an alert guard", keys: GUARD_KEYS, required: ["match"] } as const;

/** A guard as written: its matchers alone, or a mapping. */
type AlertDraft = { readonly match: Text; readonly given: Fields<typeof GUARD_KEYS>["values"] };

const alertDraft: Read<AlertDraft> = shaped(
  { anyOf: [matchers.json ?? {}, jsonOfMap(GUARD_SHAPE)] },
  (value, complain) => {
    if (value.kind !== "map") {
      const match = matchers(value, complain);
      return match === undefined ? undefined : { match, given: {} };
    }
    const given = readMap(value, GUARD_SHAPE, complain)?.values;
    return given?.match === undefined ? undefined : { match: given.match, given };
  },
);

export const alertList: Read<readonly AlertDraft[]> = listOf(alertDraft, "a list of alerts");

/** What a guard does where its author says nothing. */
const EFFECTS = { pending: "wait", firing: "halt", critical: "rollback", silenced: "wait" } as const;

type AlertContext = {
  readonly source: string | null;
  readonly missing: MissingBounds;
  readonly profile: ProfileScope | null;
};

/** The guards with defaults put in; those that cannot be understood are left out, and that is complained. */
export function resolveAlerts(
  drafts: readonly AlertDraft[],
  context: AlertContext,
  complain: Complain,
): readonly AlertGuard[] {
  const guards: AlertGuard[] = [];
  for (const draft of drafts) {
    const guard = resolveAlert(draft, context, complain);
    if (guard === null) continue;
    const isTwin = guards.some((each) => guardKey(each.match) === guardKey(guard.match));
    if (!isTwin) guards.push(guard);
    else complain({ code: "R163", at: draft.match.at, message: `\`${guard.match}\` is in this list twice` });
  }
  return guards;
}

function resolveAlert(
  { match, given }: AlertDraft,
  context: AlertContext,
  complain: Complain,
): AlertGuard | null {
  const written = putIn(match, "matchers", context.profile, complain);
  const witness =
    given.witness === undefined ? null : putIn(given.witness, "query", context.profile, complain);
  if (written === undefined || witness === undefined) return null;
  const parsed = parseMatchers(written.text);
  if (!parsed.ok) {
    complain({ code: "R162", at: written.spanOf(parsed.at, parsed.at + 1), message: parsed.problem });
  }
  const isWitness = witness === null || checkQuery(witness, complain);
  if (!parsed.ok || !isWitness) return null;
  return {
    match: written.text.trim(),
    matchers: parsed.matchers,
    source: context.source ?? "",
    pending: given.pending ?? EFFECTS.pending,
    firing: given.firing ?? EFFECTS.firing,
    critical: given.critical ?? EFFECTS.critical,
    silenced: given.silenced ?? EFFECTS.silenced,
    witness: witness?.text.trim() ?? null,
    missing: given.missingFor ?? context.missing,
  };
}

/** The text with the profile's parameters put in; undefined when that cannot be, and it is complained. */
function putIn(
  text: Text,
  language: Language,
  profile: ProfileScope | null,
  complain: Complain,
): Text | undefined {
  const { declared, values, at } = scopeOf(text, profile);
  if (!checkReferences(text, language, declared, complain)) return undefined;
  return substitute(text, language, values, at, complain) ?? undefined;
}

/** The same for two texts that name the same alerts, whatever their spaces and order. */
export function guardKey(match: string): string {
  const parsed = parseMatchers(match);
  if (!parsed.ok) return match.trim();
  return JSON.stringify(
    parsed.matchers.map(({ label, operator, value }) => JSON.stringify([label, operator, value])).toSorted(),
  );
}
