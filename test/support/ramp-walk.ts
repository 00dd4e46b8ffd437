import { type FlagFacts, absorb } from "../../src/domain/absorb.ts";
import type { Deploy } from "../../src/domain/change.ts";
import type { ActionName } from "../../src/domain/command.ts";
import { type PassResult, decide } from "../../src/domain/decide.ts";
import type { Decision } from "../../src/domain/decision.ts";
import { noteDeploy } from "../../src/domain/deploy.ts";
import type { PassFacts } from "../../src/domain/draft.ts";
import type { FlagEvent, FlagObservation, FlagSeen, ServedObservation } from "../../src/domain/flag.ts";
import type { Gate } from "../../src/domain/gate.ts";
import { MINUTE, type Millis, SECOND } from "../../src/domain/instant.ts";
import { approve } from "../../src/domain/approve.ts";
import { obey } from "../../src/domain/obey.ts";
import type { GateRecord, Intention } from "../../src/domain/record.ts";
import { settlesSince } from "../../src/domain/settle.ts";
import { newRecord, standingOf } from "../../src/domain/transition.ts";
import { type AlertJudgement, type SignalJudgement, type Verdict, worse } from "../../src/domain/verdict.ts";
import { yieldIfOverwritten } from "../../src/domain/yield.ts";
import {
  DEFINITION,
  NOON,
  aDemand,
  aDeploy,
  aFlagEvent,
  aFlagSeen,
  aGate,
  aGuard,
  aPerson,
  aSignalJudgement,
  aStep,
  aStrategy,
  anAlertJudgement,
} from "./builders.ts";

const SETTLE: Millis = 45 * SECOND;
const OWN_USER = 1;
const PEOPLE = ["approver", "operator", "starter"];

export const WALKED: Gate = aGate({
  alerts: [aGuard()],
  service: "checkout",
  steps: [
    aStep({ to: 5, holdMs: 30 * SECOND }),
    aStep({ to: 25, holdMs: 0 }),
    aStep({ to: 50, holdMs: MINUTE, approve: [aDemand({ expiresMs: 10 * MINUTE })] }),
    aStep({ to: 100, holdMs: 0 }),
  ],
  bakeMs: 2 * MINUTE,
  haltDeadlineMs: 5 * MINUTE,
  cooldownMs: MINUTE,
});

export type Said = "good" | "between" | "missing" | "short" | "dark" | "halt" | "rollback";

/** What the only guard says; `missing` waits as `pending` does. */
export type Guarded = "good" | "pending" | "missing" | "halt" | "rollback";

/** What becomes of the writes of one pass: `raced` means that a person's decrease was run over between read and write. */
export type WriteFate = "applied" | "lost" | "late" | "unread" | "raced";

export type Step =
  | {
      readonly do: "pass";
      readonly afterMs: Millis;
      readonly signals: readonly Said[];
      readonly guard: Guarded;
      /** CI told a deploy of the gate's own service just before. */
      readonly deployed: boolean;
      readonly fate: WriteFate;
      readonly polled: boolean;
      readonly readable: boolean;
      readonly stop: PassFacts["stopSwitch"];
      readonly file: PassFacts["definition"]["status"];
    }
  | { readonly do: "command"; readonly action: ActionName; readonly at: number | null }
  | { readonly do: "approve"; readonly person: string }
  | { readonly do: "edit"; readonly edit: Edit }
  | { readonly do: "deliver-late" }
  | { readonly do: "new-process" };

export type Edit =
  | { readonly kind: "percent"; readonly to: number }
  | { readonly kind: "title"; readonly text: string }
  | { readonly kind: "group"; readonly to: string }
  | { readonly kind: "environment"; readonly on: boolean }
  | { readonly kind: "other-strategy"; readonly present: boolean };

type Patch = {
  readonly to: number;
  readonly title: string;
  readonly expecting: { readonly title: string | null; readonly percent: number } | null;
};

/** One pass as the walk saw it, for the properties to judge. */
export type Walked = {
  readonly step: Step;
  readonly before: GateRecord;
  readonly after: GateRecord;
  /** Of a pass: what it decided, before anything was sent. */
  readonly decided: PassResult | null;
  readonly facts: PassFacts | null;
  readonly refused: boolean;
};

function guarded(said: Guarded): AlertJudgement {
  switch (said) {
    case "good":
      return anAlertJudgement();
    case "pending":
    case "missing":
      return anAlertJudgement({ verdict: "wait", code: said });
    case "halt":
    case "rollback":
      return anAlertJudgement({ verdict: said, code: "firing" });
  }
}

/** A ramp, its flag and the people around it, abstracted to what the core can see. Everything happens in one thread of time. */
export class RampWalk {
  now = NOON;
  epoch = 1;
  record: GateRecord = newRecord("checkout");
  flag = { percent: 0, title: "Gradual rollout", group: "new-pricing", on: true, other: false };
  served = { percent: 0, on: true };
  events: FlagEvent[] = [];
  deploy: Deploy | null = null;
  lastDecision: Decision | null = null;
  readonly late: Patch[] = [];
  /** What we wrote, as it took effect. */
  readonly applied: { readonly from: number; readonly to: number; readonly raced: boolean }[] = [];
  /** What a person lowered exposure to, until a person lifts it. */
  ceiling = 100;
  #ids = 0;

  take(step: Step): Walked {
    const before = this.record;
    const walked = { step, before, decided: null, facts: null, refused: false };
    switch (step.do) {
      case "pass":
        return { ...walked, ...this.#pass(step), after: this.record };
      case "command": {
        const refused = !this.#command(step.action, step.at);
        return { ...walked, refused, after: this.record };
      }
      case "approve":
        this.#approve(step.person);
        return { ...walked, after: this.record };
      case "edit":
        this.#edit(step.edit);
        return { ...walked, after: this.record };
      case "deliver-late":
        for (const patch of this.late.splice(0)) this.#apply(patch, false);
        return { ...walked, after: this.record };
      case "new-process":
        this.epoch += 1;
        return { ...walked, after: this.record };
    }
  }

  exposure(): number {
    return this.flag.on ? this.flag.percent : 0;
  }

  #pass(step: Extract<Step, { do: "pass" }>) {
    this.now += step.afterMs;
    if (step.polled) this.served = { percent: this.flag.percent, on: this.flag.on };
    if (step.readable) this.#noticeDecrease();
    if (step.deployed) this.deploy = aDeploy({ id: this.#id("chg"), at: this.now });
    const signals = step.signals.map((said, index) => this.#judged(said, `signal-${index}`));
    const guard = guarded(step.guard);
    const facts: PassFacts = {
      ...this.#facts(this.#id("dec"), step.readable),
      definition: {
        hash: DEFINITION,
        status: step.file,
        author: { kind: "known", people: ["author"] },
        fault: null,
        newest: null,
      },
      stopSwitch: step.stop,
      flagUnreadable: step.readable ? null : "timeout",
      eventLoopLagMs: 0,
      clockSkewMs: 0,
      rivals: [],
      proof: null,
      actor: "clock",
      people: new Map(PEOPLE.map((person) => [person, ["release-leads"]])),
      dark: new Map(),
      maintenance: [],
      newestDeploy: this.deploy,
      forced: null,
      judgement: {
        verdict: signals.reduce<Verdict>((worst, { verdict }) => worse(worst, verdict), guard.verdict),
        signals,
        alerts: [guard],
        clocks: this.record.clocks,
      },
    };
    const decided = decide(WALKED, this.record, facts);
    this.record = decided.record;
    this.lastDecision = decided.decision;
    this.#converge(facts.observation, step.fate);
    return { decided, facts };
  }

  /** A pass that reads less than our last write left finds a person's decrease. */
  #noticeDecrease(): void {
    const { intention, flag, ramp } = this.record;
    const ours = intention?.title === this.flag.title ? intention.to : (flag?.rollout ?? 0);
    const lowered = standingOf(ramp) !== null && this.flag.percent < ours;
    if (lowered) this.ceiling = Math.min(this.ceiling, this.flag.percent);
  }

  /** Signals as the judge would find them: what is good shows the past until settle is over. */
  #judged(said: Said, signal: string): SignalJudgement {
    const base = aSignalJudgement({ signal, settleMs: SETTLE });
    const since = settlesSince(noteDeploy(WALKED, this.record, this.deploy));
    switch (said) {
      case "good":
        return since !== null && this.now < since + SETTLE
          ? { ...base, verdict: "wait", code: "settling" }
          : base;
      case "between":
      case "missing":
      case "short":
      case "dark":
        return { ...base, verdict: "wait", code: said };
      case "halt":
      case "rollback":
        return { ...base, verdict: said, code: "breached" };
    }
  }

  #facts(decision: string, readable: boolean): FlagFacts {
    return {
      now: this.now,
      decision,
      storeId: "k3f",
      epoch: this.epoch,
      observation: readable ? this.#seen() : { kind: "unreadable", detail: "timeout" },
      served: this.#servedNow(),
      events: this.events,
      ownUserId: OWN_USER,
    };
  }

  #seen(): FlagSeen {
    const { percent, title, group, on, other } = this.flag;
    const ours = aStrategy({ rollout: String(percent), title, groupId: group });
    const strategies = other ? [ours, aStrategy({ id: "s2", title: "Everybody" })] : [ours];
    return aFlagSeen({ environmentEnabled: on, strategies });
  }

  #servedNow(): ServedObservation {
    const strategies = [{ id: "s1", rollout: String(this.served.percent) }];
    return { kind: "seen", enabled: this.served.on, strategies, at: this.now };
  }

  /** Sends what is intended and reads it back, as the controller does. */
  #converge(observed: FlagObservation | null, fate: WriteFate): void {
    let seen = observed;
    const decided = this.record.lastPass?.decision;
    for (let round = 0; round < 2; round += 1) {
      const { intention } = this.record;
      if (intention === null || this.record.flag === null) return;
      // A raise goes out once, with the decision it was made by.
      const isOld = round > 0 || intention.decision !== decided;
      if (!isOld || intention.kind !== "raise") this.#send(intention, seen, round === 0 ? fate : "applied");
      if (round === 0 && ["unread", "lost", "late"].includes(fate)) return;
      const facts = this.#facts(intention.decision, true);
      const absorbed = absorb(WALKED, this.record, facts);
      seen = facts.observation;
      this.record = yieldIfOverwritten(WALKED, absorbed.record, absorbed.landed, facts).record;
    }
  }

  #send(intention: Intention, seen: FlagObservation | null, fate: WriteFate): void {
    const { flag, ramp } = this.record;
    if (flag === null || fate === "lost") return;
    const current = seen?.kind === "seen" ? seen.strategies[0] : undefined;
    const percent = current === undefined ? null : Number(current.rollout);
    if (intention.kind === "raise") {
      const patch = {
        to: intention.to,
        title: intention.title,
        expecting: { title: flag.title, percent: flag.rollout },
      };
      if (fate === "late") this.late.push(patch);
      else this.#apply(patch, fate === "raced");
      return;
    }
    if (intention.to > 0) {
      if (current === undefined || percent === null || percent < intention.to) return;
      this.#apply(
        { to: intention.to, title: intention.title, expecting: { title: current.title, percent } },
        false,
      );
      return;
    }
    this.#apply({ to: 0, title: intention.title, expecting: null }, false);
    if (ramp.state === "rolling-back" && ramp.rung === "environment-off") this.flag.on = false;
  }

  #apply(patch: Patch, raced: boolean): void {
    const { expecting } = patch;
    const from = this.flag.percent;
    if (expecting !== null && (this.flag.title !== expecting.title || from !== expecting.percent)) return;
    const decrease = patch.to - 2;
    if (raced && decrease > 0 && decrease !== from) {
      this.ceiling = Math.min(this.ceiling, decrease);
      this.#note(decrease, "operator", this.flag.title);
    }
    this.flag = { ...this.flag, percent: patch.to, title: patch.title };
    this.applied.push({ from, to: patch.to, raced });
    this.#note(patch.to, "rampart", patch.title);
  }

  #note(percent: number, by: string, title: string): void {
    this.events.push(
      aFlagEvent({
        id: this.events.length + 1,
        at: this.now,
        by,
        byUserId: by === "rampart" ? OWN_USER : 4,
        rolloutAfter: String(percent),
        titleAfter: title,
      }),
    );
  }

  #command(action: ActionName, at: number | null): boolean {
    const observation = this.#seen();
    const obeyed = obey(
      WALKED,
      this.record,
      {
        gate: "checkout",
        action,
        reason: "walking",
        by: aPerson({ name: "starter" }),
        at,
        change: null,
        until: null,
      },
      {
        ...this.#facts(this.#id("dec"), true),
        runId: this.#id("run"),
        definition: {
          hash: DEFINITION,
          status: "valid",
          author: { kind: "known", people: ["author"] },
          fault: null,
          newest: null,
        },
        serverRefusals: [],
        rivals: [],
      },
    );
    if (obeyed.kind === "refused") return false;
    this.record = obeyed.record;
    if (["adopt-flag", "start", "restart"].includes(action)) this.ceiling = 100;
    this.#converge(observation, "applied");
    return true;
  }

  #approve(person: string): void {
    const step = (standingOf(this.record.ramp)?.step ?? 0) + 1;
    const by = aPerson({ name: person });
    const decision = this.lastDecision?.id ?? "";
    const command = { gate: "checkout", by, step, decision, verdict: "approve", reason: "seen" } as const;
    const author = { kind: "known", people: ["author"] } as const;
    const facts = {
      now: this.now,
      definition: { hash: DEFINITION, status: "valid", author, fault: null, newest: null },
    } as const;
    const answered = approve(WALKED, this.record, command, this.lastDecision, facts);
    if (answered.kind === "done") this.record = answered.record;
  }

  #edit(edit: Edit): void {
    switch (edit.kind) {
      case "percent":
        this.flag = { ...this.flag, percent: edit.to };
        this.#note(edit.to, "operator", this.flag.title);
        return;
      case "title":
        this.flag = { ...this.flag, title: edit.text };
        return;
      case "group":
        this.flag = { ...this.flag, group: edit.to };
        return;
      case "environment":
        this.flag = { ...this.flag, on: edit.on };
        return;
      case "other-strategy":
        this.flag = { ...this.flag, other: edit.present };
    }
  }

  #id(kind: string): string {
    this.#ids += 1;
    return `${kind}_${this.#ids}`;
  }
}
