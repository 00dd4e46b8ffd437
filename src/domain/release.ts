import { REASSERT_FOR } from "./absorb.ts";
import { audienceText } from "./audience.ts";
import { because } from "./because.ts";
import type { CommandFacts } from "./command-facts.ts";
import { compare, issuedBy } from "./drift.ts";
import type { FlagEvent, FlagRecord, PinnedAudience } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { modeOf } from "./growth.ts";
import { otherFlagHeld } from "./held.ts";
import { type Instant, formatMillis } from "./instant.ts";
import { isLegal } from "./moves.ts";
import { type Obeyed, done, refused } from "./obeyed.ts";
import type { GateRecord, Intention } from "./record.ts";
import type { Tell } from "./tell.ts";
import { intend, newRecord } from "./transition.ts";

/**
 * Lets go of the flag of a gate at rest: an intention to write the team's own title back, the percent unchanged. Our token
 * in the title is what a late raise fails on, so it stays for as long as one may still arrive.
 */
export function release(gate: Gate, record: GateRecord, facts: CommandFacts): Obeyed {
  const { flag, intention } = record;
  const { name } = gate;
  if (flag === null) return refused("flag", `${name} holds no flag: there is nothing to release`);
  if (intention?.kind === "release") return done(record, `${name} is letting go of its flag already`);
  const early = notYet(record, facts.now);
  if (early !== null) return refused("not-ready", early);
  const changed = changedFlag(gate, record, flag, facts);
  if (changed !== null) return refused("flag", changed);
  if (flag.audience !== undefined) return refused("not-ready", stillIn(gate, record, flag.audience));
  const write = {
    kind: "release",
    to: flag.rollout,
    step: 0,
    decision: facts.decision,
    at: facts.now,
  } as const;
  const intended = intend(gate, record, facts, write);
  // Nobody wants another percent than the one that stands there.
  const { exposure } = record;
  return done({ ...intended, exposure }, `${name} lets go of its flag, which stays at ${flag.rollout}%`);
}

/** What a release has to wait for; null when nothing. */
function notYet({ gate, intention, ramp, lastPass, reassertUntil }: GateRecord, now: Instant): string | null {
  if (intention !== null) return "a write to the flag is under way; repeat once it was read back";
  if (ramp.state === "rolled-back" && ramp.drain !== undefined) return undrained(gate);
  if (lastPass?.astray === true)
    return "the clock is not known to be right, so nobody knows what may still arrive";
  const finished = ramp.state === "finished" ? ramp.since + REASSERT_FOR : 0;
  const left = Math.max(finished, reassertUntil ?? 0) - now;
  if (left <= 0) return null;
  return `a raise sent before may still arrive, and the title keeps it out; repeat in ${formatMillis(left)}`;
}

/** Whoever let go of the flag now would leave behind what a step has put in, and nobody would know whose it is. */
function stillIn(gate: Gate, record: GateRecord, audience: PinnedAudience): string {
  const way =
    modeOf(gate, record) === "observe"
      ? `take it out in Unleash, say rampart adopt-flag ${gate.name}, and repeat`
      : "the next pass that can read the flag takes it out; repeat after that";
  return `${audienceText(audience)} of a step is still in the strategy; ${way}`;
}

function undrained(gate: string): string {
  return `nobody has said that ${gate} is drained; first rampart finish ${gate}`;
}

/** Why the flag as it stands now is not what is recorded; null when it is. What an environment is switched to makes no difference. */
function changedFlag(
  gate: Gate,
  record: GateRecord,
  flag: FlagRecord,
  { observation, storeId, now }: CommandFacts,
): string | null {
  const { name } = gate;
  const other = otherFlagHeld(record, gate);
  if (other !== null) {
    const way = `put that flag back into the file, or forget it with rampart observe ${name}`;
    return `${name} holds ${other.name} in ${other.environment}, which its file does not name; ${way}`;
  }
  if (observation === null || observation.kind === "unreadable") return "the flag could not be read";
  const { drift, late } = compare({ record: flag, issued: issuedBy(record, storeId) }, observation, now);
  const found = drift.filter(({ kind }) => kind !== "environment-off");
  if (found.length > 0) {
    const what = found.map(({ message }) => message).join("; ");
    const way = found.some(({ kind }) => kind === "flag-gone" || kind === "strategy-gone")
      ? `rampart observe ${name} forgets it`
      : `first rampart adopt-flag ${name}`;
    return `the flag was changed by hand: ${what}; ${way}`;
  }
  return late !== null
    ? "a late write of ours has just arrived and is being taken back; repeat after that"
    : null;
}

/**
 * Forgets the flag once the team's own title was read back. Above 0 % the log is read first: a person's decrease that the
 * write ran over is given back, and then nothing is forgotten.
 */
export function letGo(
  record: GateRecord,
  landed: Intention | null,
  events: readonly FlagEvent[] | null,
): GateRecord {
  if (landed?.kind !== "release" || record.intention !== null) return record;
  if (events === null && landed.to > 0) return { ...record, intention: landed };
  return {
    ...record,
    run: null,
    flag: null,
    drift: [],
    reassertUntil: null,
    exposure: { ...record.exposure, wanted: null, setAt: null },
  };
}

/** What people hear of a release that was under way, once it is over. */
export function releaseTells(before: GateRecord, after: GateRecord): readonly Tell[] {
  if (before.intention?.kind !== "release" || after.intention?.kind === "release") return [];
  if (after.flag === null) {
    const cause = because("state", "released", "the title in Unleash is the team's own again");
    return [{ kind: "released", page: false, causes: [cause] }];
  }
  const opens = `settle what was changed, then rampart release ${before.gate}`;
  const cause = because("drift", "not-released", "the flag was changed while its title was put back", {
    opens,
  });
  return [{ kind: "not-released", page: false, causes: [cause] }];
}

/**
 * Forgets a gate whose file is gone. Decisions and audit stay, and so do the numbers of its tokens: none is ever issued
 * twice, also where the name is used again.
 */
export function retire(record: GateRecord, hasFile: boolean): Obeyed {
  const { gate, ramp, flag, version, sequence, epoch, olderSequence } = record;
  if (!isLegal("retire", ramp.state)) {
    return refused("illegal-move", `retire is not possible while ${gate} is ${ramp.state}`);
  }
  if (flag !== null) {
    return refused(
      "flag",
      `${gate} still holds its flag, at ${flag.rollout}%; first rampart release ${gate}`,
    );
  }
  if (ramp.state === "rolled-back" && ramp.drain !== undefined) return refused("not-ready", undrained(gate));
  if (hasFile) {
    return refused("not-ready", `the file of ${gate} is still there; take it out of the gates folder first`);
  }
  const retired = { ...newRecord(gate), version, sequence, epoch, olderSequence };
  return done(retired, `${gate} is retired; its decisions and its audit stay`);
}
