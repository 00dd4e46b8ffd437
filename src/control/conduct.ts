import { type StatusAnswer, answer } from "../domain/answer.ts";
import type { ApproveCommand, Command, CommandOutcome, RefusalCode } from "../domain/command.ts";
import type { Decision } from "../domain/decision.ts";
import type { Gate, Purpose } from "../domain/gate.ts";
import type { DefinitionFacts } from "../domain/growth.ts";
import type { Instant } from "../domain/instant.ts";
import { isLegal, legalIn } from "../domain/moves.ts";
import { approve, openRequest } from "../domain/approve.ts";
import { obey } from "../domain/obey.ts";
import type { Obeyed } from "../domain/obeyed.ts";
import type { RampState } from "../domain/ramp.ts";
import type { GateView } from "../domain/view.ts";
import type { GateRecord } from "../domain/record.ts";
import { tellings } from "../domain/tell.ts";
import { newRecord } from "../domain/transition.ts";
import { actorOf, commandDecision } from "./command-row.ts";
import type { Controller, ReplyKeeper } from "./controller.ts";
import { converge } from "./converge.ts";
import { type PassPorts, type Passed, effectiveDefinition, pass } from "./pass.ts";
import { Turns } from "./turns.ts";
import { Waiters } from "./waiters.ts";

/** Passes on demand: at most one in this time for each gate; requests in between share it. */
const ON_DEMAND_MS = 1_000;
/** Far more races than passes and people can win in a row. */
const ROLLBACK_ATTEMPTS = 20;

/** Runs passes and commands, one at a time for each gate, and answers the doors. */
export class Conductor implements Controller {
  readonly #ports: PassPorts;
  readonly #turns = new Turns();
  readonly #waiters: Waiters;
  /** How often each gate of the store passes, as of its last pass; read from the store once. */
  #rhythms: Map<string, number> | null = null;
  readonly #recent = new Map<string, { readonly at: number; readonly passed: Promise<Passed | null> }>();

  readonly #onCommand: (gate: string) => void;

  /** `onCommand` is told of every gate a command changed, so that its next pass is due at once. */
  constructor(ports: PassPorts, onCommand: (gate: string) => void) {
    this.#ports = ports;
    this.#onCommand = onCommand;
    this.#waiters = new Waiters(ports.clock);
  }

  /** One pass of one gate, after whatever is under way for it. */
  async pass(gate: string, actor = "clock"): Promise<Passed | null> {
    const passed = this.#turns.take(gate, () => pass(this.#ports, gate, actor));
    this.#recent.set(gate, { at: this.#ports.clock.elapsed(), passed });
    try {
      const done = await passed;
      if (done === null) this.#rhythms?.delete(gate);
      else this.#rhythms?.set(gate, done.gate.everyMs);
      return done;
    } finally {
      this.#waiters.wake(gate);
    }
  }

  /** Names and rhythms of all gates: those with a file, and those that still run without one. Asked often, so it is cheap. */
  async known(): Promise<readonly { readonly name: string; readonly everyMs: number }[]> {
    this.#rhythms ??= await this.#recordedRhythms();
    const known = new Map(this.#rhythms);
    for (const [name, { definition }] of this.#ports.definitions.current()) {
      if (definition !== null && !known.has(name)) known.set(name, definition.gate.everyMs);
    }
    return [...known].map(([name, everyMs]) => ({ name, everyMs }));
  }

  async #recordedRhythms(): Promise<Map<string, number>> {
    const rhythms = new Map<string, number>();
    for (const { gate: name } of await this.#ports.records.all()) {
      const found = await this.#find(name);
      if (found !== null) rhythms.set(name, found.gate.everyMs);
    }
    return rhythms;
  }

  async gates(): Promise<readonly GateView[]> {
    const views = await Promise.all((await this.#names()).map((name) => this.gate(name)));
    return views.filter((view) => view !== null);
  }

  async gate(name: string): Promise<GateView | null> {
    const found = await this.#find(name);
    if (found === null) return null;
    const { gate, definition, record } = found;
    const decision = await this.#lastDecision(record);
    const loaded = this.#ports.definitions.current().get(name);
    const request = openRequest(gate, record, definition.author);
    return {
      name,
      gate,
      definition: { hash: definition.hash, status: definition.status },
      problems: loaded?.kind === "invalid" ? loaded.problems : [],
      record,
      // A write that landed after the pass has changed the reasons.
      status: this.#answer(
        "advance",
        gate,
        definition,
        record,
        decision && { ...decision, because: record.because },
      ),
      request: request === null ? null : { ...request, decision: decision?.id ?? "" },
    };
  }

  async status(name: string, purpose: Purpose): Promise<StatusAnswer | null> {
    if ((await this.#find(name)) === null) return null;
    await this.#passOnDemand(name);
    const found = await this.#find(name);
    if (found === null) return null;
    const decision = await this.#lastDecision(found.record);
    return this.#answer(purpose, found.gate, found.definition, found.record, decision);
  }

  changed(name: string, until: Instant, abort: AbortSignal): Promise<void> {
    return this.#waiters.wait(name, until, abort);
  }

  async decisions(name: string, limit: number, before: string | null): Promise<readonly Decision[] | null> {
    if ((await this.#find(name)) === null) return null;
    return this.#ports.records.decisions(name, limit, before);
  }

  decision(id: string): Promise<Decision | null> {
    return this.#ports.records.decision(id);
  }

  reply(principal: string, key: string) {
    return this.#ports.records.reply(principal, key);
  }

  ready(): { readonly ready: boolean; readonly waitingFor: readonly string[] } {
    const waitingFor: string[] = [];
    for (const { kind, definition } of this.#ports.definitions.current().values()) {
      const sources = kind === "valid" ? definition.gate.signals.map((signal) => signal.source) : [];
      for (const source of sources) {
        const entry = `source ${source}`;
        if (this.#ports.metrics.clockSkewMs(source) === null && !waitingFor.includes(entry))
          waitingFor.push(entry);
      }
    }
    return { ready: waitingFor.length === 0, waitingFor };
  }

  async command(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    // Finishing early asks for signals that are good now, not at the last pass.
    if (command.action === "finish") await this.pass(command.gate);
    const outcome =
      command.action === "rollback"
        ? await this.#rollBack(command, keep)
        : await this.#turns.take(command.gate, () => this.#obey(command, keep));
    this.#waiters.wake(command.gate);
    return outcome;
  }

  async approve(command: ApproveCommand, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    const outcome = await this.#turns.take(command.gate, () => this.#approve(command, keep));
    this.#waiters.wake(command.gate);
    return outcome;
  }

  /** Resolves when no pass and no command is under way. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  /**
   * A rollback does not wait for a pass under way, which may hang on Prometheus or Unleash: that pass loses the race for the
   * record and decides again. Nor is it refused for having lost one itself.
   */
  #rollBack(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    return this.#turns.take(`rollback of ${command.gate}`, async () => {
      let outcome = await this.#obey(command, keep);
      for (let lost = 1; lost < ROLLBACK_ATTEMPTS && isConflict(outcome); lost += 1) {
        outcome = await this.#obey(command, keep);
      }
      return outcome;
    });
  }

  async #passOnDemand(name: string): Promise<void> {
    const recent = this.#recent.get(name);
    const isRecent = recent !== undefined && this.#ports.clock.elapsed() - recent.at < ON_DEMAND_MS;
    await (isRecent ? recent.passed : this.pass(name));
  }

  async #names(): Promise<readonly string[]> {
    const recorded = (await this.#ports.records.all()).map((record) => record.gate);
    return [...new Set([...this.#ports.definitions.current().keys(), ...recorded])].toSorted();
  }

  async #find(name: string): Promise<Found | null> {
    const loaded = this.#ports.definitions.current().get(name);
    const stored = await this.#ports.records.record(name);
    if (loaded === undefined && stored === null) return null;
    const record = stored ?? newRecord(name);
    const effective = await effectiveDefinition(this.#ports.records, loaded, record);
    return effective === null ? null : { ...effective, record, stored: stored !== null };
  }

  #lastDecision(record: GateRecord): Promise<Decision | null> {
    return record.lastPass === null
      ? Promise.resolve(null)
      : this.#ports.records.decision(record.lastPass.decision);
  }

  #answer(
    purpose: Purpose,
    gate: Gate,
    definition: DefinitionFacts,
    record: GateRecord,
    decision: Decision | null,
  ): StatusAnswer {
    return answer(purpose, {
      gate,
      definition: definition.hash,
      record,
      decision,
      now: this.#ports.clock.now(),
    });
  }

  async #obey(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    const found = await this.#find(command.gate);
    if (found === null) return unknownGate(command.gate);
    const { record } = found;
    // A new run takes the newest definition; everything else goes by the one in force.
    const gate = found.gate;
    const looks = isLegal(command.action, record.ramp.state) && this.#needsFlag(command, record);
    const [observation, refusals] =
      looks && gate.flag !== null
        ? await Promise.all([
            this.#ports.flags.observe(gate.flag),
            startsRun(command) ? this.#ports.flags.preflight(gate.flag) : [],
          ])
        : [null, []];
    const decision = this.#ports.ids.next("dec");
    const obeyed = obey(gate, record, command, {
      now: this.#ports.clock.now(),
      decision,
      runId: this.#ports.ids.next("run"),
      storeId: this.#ports.records.storeId(),
      epoch: this.#ports.records.epoch(),
      definition: found.definition,
      observation,
      serverRefusals: refusals,
    });
    const stored = await this.#store(found, obeyed, decision, actorOf(command.by), keep);
    if (stored.record !== null) {
      await converge(this.#ports, gate, stored.record, observation);
      this.#onCommand(command.gate);
    }
    return stored.outcome;
  }

  /** A rollback waits for nothing, so it looks at the flag only where nothing is recorded of it. */
  #needsFlag(command: Command, record: GateRecord): boolean {
    switch (command.action) {
      case "start":
      case "restart":
      case "adopt-flag":
      case "restore":
      case "pause":
        return true;
      case "rollback":
      case "reject":
        return record.flag === null;
      case "act":
      case "observe":
      case "resume":
      case "abort":
      case "finish":
        return false;
    }
  }

  async #approve(command: ApproveCommand, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    const found = await this.#find(command.gate);
    if (found === null) return unknownGate(command.gate);
    const evidence = await this.#ports.records.decision(command.decision);
    const facts = { now: this.#ports.clock.now(), definition: found.definition };
    const obeyed = approve(found.gate, found.record, command, evidence, facts);
    const stored = await this.#store(found, obeyed, this.#ports.ids.next("dec"), actorOf(command.by), keep);
    if (stored.record !== null) this.#onCommand(command.gate);
    return stored.outcome;
  }

  /** A refusal under an idempotency key is the answer for good, as a success would be. */
  async #keepRefusal(found: Found, outcome: CommandOutcome, keep: ReplyKeeper | null): Promise<void> {
    if (keep === null || !found.stored) return;
    await this.#ports.records.commit({
      record: found.record,
      expecting: found.record.version,
      decision: { kind: "none" },
      tellings: [],
      pin: null,
      reply: keep(outcome),
    });
  }

  async #store(
    found: Found,
    obeyed: Obeyed,
    decision: string,
    actor: string,
    keep: ReplyKeeper | null,
  ): Promise<{ readonly outcome: CommandOutcome; readonly record: GateRecord | null }> {
    const { gate, record } = found;
    if (obeyed.kind === "refused") {
      const outcome = refusal(obeyed.code, obeyed.message, record.ramp.state);
      await this.#keepRefusal(found, outcome, keep);
      return { outcome, record: null };
    }
    const outcome: CommandOutcome = {
      kind: "done",
      decision,
      state: obeyed.record.ramp.state,
      message: obeyed.message,
    };
    const row = commandDecision(found, obeyed, decision, actor, this.#ports.clock.now());
    const committed = await this.#ports.records.commit({
      record: obeyed.record,
      expecting: found.stored ? record.version : null,
      decision: { kind: "insert", decision: row },
      tellings: tellings(gate, obeyed.record, decision, obeyed.tells),
      pin: obeyed.pin ? { gate, hash: found.definition.hash, author: found.definition.author } : null,
      reply: keep === null ? null : keep(outcome),
    });
    if (!committed) {
      const message = "the gate changed in this very moment; look again and repeat";
      return { outcome: refusal("conflict", message, record.ramp.state), record: null };
    }
    this.#ports.onDecision(row, obeyed.record, gate);
    return { outcome, record: { ...obeyed.record, version: record.version + 1 } };
  }
}

type Found = {
  readonly gate: Gate;
  readonly definition: DefinitionFacts;
  readonly record: GateRecord;
  readonly stored: boolean;
};

function isConflict(outcome: CommandOutcome): boolean {
  return outcome.kind === "refused" && outcome.code === "conflict";
}

function startsRun(command: Command): boolean {
  return command.action === "start" || command.action === "restart";
}

function unknownGate(name: string): CommandOutcome {
  return {
    kind: "refused",
    code: "unknown-gate",
    message: `there is no gate ${name}`,
    state: null,
    legal: [],
  };
}

function refusal(code: RefusalCode, message: string, state: RampState): CommandOutcome {
  return { kind: "refused", code, message, state, legal: code === "watch-only" ? [] : legalIn(state) };
}
