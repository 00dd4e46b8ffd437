import type { FlagFacts } from "./absorb.ts";
import type { Deploy } from "./change.ts";
import type { GrowthFacts } from "./growth.ts";
import type { Maintenance } from "./maintenance.ts";
import type { Instant } from "./instant.ts";
import type { GateJudgement } from "./judge.ts";
import type { ProofRead } from "./proof.ts";
import type { Ramp } from "./ramp.ts";
import type { GateRecord } from "./record.ts";
import type { Tell } from "./tell.ts";

/** Everything a pass knows. */
export type PassFacts = GrowthFacts &
  FlagFacts & {
    readonly judgement: GateJudgement;
    readonly actor: string;
    /** A person orders the next step although not all of the growth law holds. */
    readonly forced: Forced | null;
    /** Groups of each person as the config has them now. */
    readonly people: ReadonlyMap<string, readonly string[]>;
    /** Sources that gave no answer, each with the instant since when; maintenance does not count. */
    readonly dark: ReadonlyMap<string, Instant>;
    /** Of the gate's sources: what is under way, and what was since the previous pass. */
    readonly maintenance: readonly Maintenance[];
    /** What came to the outcomes that prove the step; null where none are asked for. */
    readonly proof: ProofRead | null;
    /** Of the gate's own service; null where none was told. */
    readonly newestDeploy: Deploy | null;
  };

/** Who orders a raise by force, and why. */
export type Forced = { readonly by: string; readonly reason: string };

/** A pass half decided: the record so far and what people will hear. */
export type Draft = { readonly record: GateRecord; readonly tells: readonly Tell[] };

export function withRamp(draft: Draft, ramp: Ramp): Draft {
  return { ...draft, record: { ...draft.record, ramp } };
}

export function tell(draft: Draft, said: Tell): Draft {
  return { ...draft, tells: [...draft.tells, said] };
}
