import { describe, expect, it } from "vitest";
import { type Verdict, worse } from "../../../src/domain/verdict.ts";

const FROM_BEST: readonly Verdict[] = ["good", "wait", "halt", "rollback"];

describe("the worse of two verdicts", () => {
  it.each(FROM_BEST.flatMap((a, i) => FROM_BEST.map((b, j) => [a, b, FROM_BEST[Math.max(i, j)]] as const)))(
    "%s and %s is %s",
    (a, b, worst) => {
      expect(worse(a, b)).toBe(worst);
    },
  );
});
