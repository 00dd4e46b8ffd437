import { z } from "zod";
import { splitTitle } from "../../src/domain/token.ts";

/** One change of the rollout or the title of a flag's strategy, as Unleash logged it. */
export type FlagWrite = {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Unleash's user id of whoever wrote. */
  readonly by: number;
  readonly from: number;
  readonly to: number;
  readonly title: string | null;
  /** `k3f.7.12` of the token in the title; null without one. */
  readonly token: string | null;
};

const strategy = z.object({
  title: z.string().nullish(),
  parameters: z.object({ rollout: z.string() }),
});

const row = z.object({
  id: z.coerce.number(),
  at: z.coerce.number(),
  created_by_user_id: z.coerce.number(),
  type: z.string(),
  data: z.unknown(),
  pre_data: z.unknown(),
});

/** Rows of Unleash's table of events, in its own order. A switched-off environment changes no rollout and is left out. */
export function writesIn(rows: readonly unknown[]): readonly FlagWrite[] {
  return rows
    .map((found) => row.parse(found))
    .filter(({ type }) => type === "feature-strategy-update")
    .map(({ id, at, created_by_user_id: by, data, pre_data }) => {
      const [before, after] = [strategy.parse(pre_data), strategy.parse(data)];
      const title = after.title ?? null;
      return {
        id,
        at,
        by,
        from: Number(before.parameters.rollout),
        to: Number(after.parameters.rollout),
        title,
        token: tokenIn(title),
      };
    });
}

export function tokenIn(title: string | null): string | null {
  const { token } = splitTitle(title);
  return token === null ? null : `${token.store}.${token.epoch}.${token.sequence}`;
}
