import { z } from "zod";

import type { FlagTarget } from "../domain/gate.ts";
import { SECOND } from "../domain/instant.ts";
import type { Defaults } from "./defaults.ts";
import { duration, leaf, listOf, oneOf, type Read, sentence } from "./leaf.ts";
import { type Fields, jsonOfMap, readMap } from "./mapping.ts";
import type { Complain } from "./problem-list.ts";
import type { Span } from "./source.ts";
import type { Value } from "./value.ts";
import { shaped, told } from "./read.ts";

const unleashName = leaf(
  z.string().regex(/^[A-Za-z0-9_.~-]{1,100}$/),
  "a name of Unleash: at most 100 letters, digits and `_.~-`",
);

const FLAG_KEYS = {
  unleash: told(unleashName, "at most 100 letters, digits, `_.~-`", "The flag's name"),
  project: told(unleashName, "same", "Its project", "`default`"),
  server: told(sentence, "name", "A name under `unleash:` of the configuration", "the only server"),
  environment: told(unleashName, "name in Unleash", "", "the configuration's"),
  strategy: told(
    sentence,
    "text",
    "Id or title of the `flexibleRollout` strategy to move. Left out: the one that is enabled and not in `also`; its id is fixed at the start",
    "the only one",
  ),
  stickiness: told(
    sentence,
    "text",
    "Demanded at the start and pinned for the run. `random` is refused, `default` is a hint",
    "whatever it has",
  ),
  also: told(
    listOf(sentence, "a list of strategy names or ids"),
    "list of texts",
    "Ids or titles of strategies that may stay enabled beside ours. They are pinned, too",
    "`[]`",
  ),
  propagation: told(duration(), "duration", "Longest time until SDKs have seen a change", "`45s`"),
  decide: told(
    oneOf("always", "once"),
    "`always`, `once`",
    "`once`: the service asks once in the life of an entity, and keeps the answer. [No effect yet](#what-a-gate-shares)",
    "`always`",
  ),
  stamp: told(
    sentence,
    "text",
    "Where the entity keeps which path it took, e.g. `order.exposure`. [No effect yet](#what-a-gate-shares)",
    "none",
  ),
} as const;

export const FLAG_SHAPE = { what: "a flag", keys: FLAG_KEYS, required: ["unleash"] } as const;

type FlagFields = Fields<typeof FLAG_KEYS>;

/** The flag as written: its name alone, or a mapping. */
export type FlagDraft =
  | { readonly kind: "name"; readonly name: string; readonly at: Span }
  | { readonly kind: "fields"; readonly fields: FlagFields; readonly at: Span };

export const flagDraft: Read<FlagDraft> = shaped(
  { anyOf: [unleashName.json ?? {}, jsonOfMap(FLAG_SHAPE)] },
  (value: Value, complain) => {
    if (value.kind === "scalar") {
      const name = unleashName(value, complain);
      return name === undefined ? undefined : { kind: "name", name, at: value.at };
    }
    const fields = readMap(value, FLAG_SHAPE, complain);
    return fields === undefined ? undefined : { kind: "fields", fields, at: fields.at("unleash") };
  },
);

const DEFAULT_PROPAGATION_MS = 45 * SECOND;

/** The flag with defaults put in; null when something needed is missing, and that is complained. */
export function resolveFlag(draft: FlagDraft, defaults: Defaults, complain: Complain): FlagTarget | null {
  const given: FlagFields["values"] = draft.kind === "name" ? { unleash: draft.name } : draft.fields.values;
  const server = given.server ?? defaults.server;
  const environment = given.environment ?? defaults.environment;
  for (const [key, value] of Object.entries({ server, environment })) {
    if (value !== null) continue;
    const message = `the flag needs \`${key}\`: the configuration names none that could be meant`;
    complain({
      code: "R107",
      at: draft.at,
      message,
      suggestion: `write \`flag: { unleash: ..., ${key}: ... }\``,
    });
  }
  if (given.unleash === undefined || server === null || environment === null) return null;
  return {
    server,
    project: given.project ?? "default",
    name: given.unleash,
    environment,
    strategy: given.strategy ?? null,
    stickiness: given.stickiness ?? null,
    also: given.also ?? [],
    propagationMs: given.propagation ?? DEFAULT_PROPAGATION_MS,
    ...(given.decide === "once" ? { decide: given.decide } : {}),
    ...(given.stamp === undefined ? {} : { stamp: given.stamp }),
  };
}

/** Gates with the same key drive the same flag in the same environment. */
export function placeKey(flag: FlagTarget): string {
  return JSON.stringify([flag.server, flag.environment, flag.name]);
}

/**
 * Whether two gates on one flag and environment mean the same strategy. One that names none takes the only one there is
 * beside its companions, so it can mean another one only where it names companions.
 */
export function meansSameStrategy(a: FlagTarget, b: FlagTarget): boolean {
  if (a.strategy === b.strategy) return true;
  const unnamed = [a, b].find(({ strategy }) => strategy === null);
  return unnamed !== undefined && unnamed.also.length === 0;
}
