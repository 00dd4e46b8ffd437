import { z } from "zod";
import type { StrategySeen } from "../domain/flag.ts";
import { canonicalConstraints, constraintSchema, rawParameter, segmentIds } from "./audience.ts";
import { canonicalJson } from "./canonical-json.ts";

const payloadSchema = z.object({
  enabled: z.boolean(),
  strategies: z
    .array(
      z.object({
        name: z.string(),
        parameters: z.record(z.string(), z.unknown()).default({}),
        constraints: z.array(constraintSchema).nullish(),
        segments: z.array(z.number()).nullish(),
        variants: z.array(z.unknown()).nullish(),
      }),
    )
    .default([]),
});

export type Payload = z.infer<typeof payloadSchema>;
type PayloadStrategy = Payload["strategies"][number];

export type NamedStrategy = { readonly id: string; readonly rollout: string | null };

/** A flag as an SDK holds it; null when it is nothing an SDK could evaluate. */
export function parsePayload(definition: unknown): Payload | null {
  return payloadSchema.safeParse(definition).data ?? null;
}

/**
 * Gives the payload's strategies their ids, which Unleash keeps from SDKs, and so do their titles and disabled ones. Two
 * are the same when their audience is; the percent decides between twins, and while a change of the audience is on its
 * way, a strategy that is the only one left. Null when one cannot be told: it must not pass for a strategy that serves
 * nobody.
 */
export function nameStrategies(
  payload: Payload,
  known: readonly StrategySeen[],
): readonly NamedStrategy[] | null {
  const left = new Set(known.toSorted((a, b) => Number(a.disabled) - Number(b.disabled)));
  let open = payload.strategies;
  const named: NamedStrategy[] = [];

  const pair = (isLike: Likeness, mayHaveTwins: boolean): void => {
    open = open.filter((served) => {
      const candidates = [...left].filter((strategy) => isLike(served, strategy));
      const [strategy] = candidates;
      if (strategy === undefined) return true;
      const rivals = open.filter((other) => isLike(other, strategy));
      if (!mayHaveTwins && (candidates.length > 1 || rivals.length > 1)) return true;
      left.delete(strategy);
      named.push({ id: strategy.id, rollout: rawParameter(served.parameters, "rollout") });
      return false;
    });
  };
  pair((served, strategy) => hasAudience(served, strategy) && hasRollout(served, strategy), true);
  pair(hasAudience, true);
  pair(hasBuckets, false);
  pair(isSameKind, false);
  return open.length === 0 ? named : null;
}

type Likeness = (served: PayloadStrategy, strategy: StrategySeen) => boolean;

function isSameKind(served: PayloadStrategy, strategy: StrategySeen): boolean {
  return served.name === strategy.kind;
}

function hasRollout(served: PayloadStrategy, strategy: StrategySeen): boolean {
  return rawParameter(served.parameters, "rollout") === strategy.rollout;
}

function hasBuckets(served: PayloadStrategy, strategy: StrategySeen): boolean {
  return (
    isSameKind(served, strategy) &&
    rawParameter(served.parameters, "groupId") === strategy.groupId &&
    rawParameter(served.parameters, "stickiness") === strategy.stickiness
  );
}

function hasAudience(served: PayloadStrategy, strategy: StrategySeen): boolean {
  const segments = (served.segments ?? []).toSorted((a, b) => a - b);
  return (
    hasBuckets(served, strategy) &&
    canonicalConstraints(served.constraints ?? []) === strategy.constraints &&
    canonicalJson(served.variants ?? []) === strategy.variants &&
    canonicalJson(segments) === canonicalJson(segmentIds(strategy.segments))
  );
}
