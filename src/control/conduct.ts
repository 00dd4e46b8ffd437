import { type StatusAnswer, answer } from "../domain/answer.ts";
import { openRequest } from "../domain/approve.ts";
import type { DefinitionFacts } from "../domain/because.ts";
import type { Change } from "../domain/change.ts";
import type { ApproveCommand, Command, CommandOutcome, PromiseCommand } from "../domain/command.ts";
import type { Decision } from "../domain/decision.ts";
import type { Gate, Purpose } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import { type Labels, mayMatch } from "../domain/matcher.ts";
import { type Maintenance, isUnderWay, maintenanceAt } from "../domain/maintenance.ts";
import type { GateRecord } from "../domain/record.ts";
import { replay } from "../domain/replay.ts";
import type { GateView } from "../domain/view.ts";
import { VERSION } from "../version.ts";
import { carryOut, takeApproval, takePromise } from "./carry-out.ts";
import { actorOf } from "./command-row.ts";
import type {
  Controller,
  DeployEntered,
  DeployKeeper,
  DeployTold,
  MaintenanceKeeper,
  MaintenanceOrder,
  MaintenanceOrdered,
  ReplayAnswer,
  ReplyKeeper,
} from "./controller.ts";
import { type Found, findGate } from "./find-gate.ts";
import { forceAdvance } from "./force.ts";
import { type PassPorts, type Passed, countedDark, pass, passOf, sourcesOf } from "./pass.ts";
import type { ChangesAsked } from "./ports.ts";
import { retireGate } from "./retire.ts";
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
    const passed = this.#turns.take(gate, () => pass(this.#ports, gate, passOf(actor)));
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
      const found = await findGate(this.#ports, name);
      if (found !== null) rhythms.set(name, found.gate.everyMs);
    }
    return rhythms;
  }

  async gates(): Promise<readonly GateView[]> {
    const views = await Promise.all((await this.#names()).map((name) => this.gate(name)));
    return views.filter((view) => view !== null);
  }

  async gate(name: string): Promise<GateView | null> {
    const found = await findGate(this.#ports, name);
    if (found === null) return null;
    const { gate, definition, record } = found;
    const decision = await this.#lastDecision(record);
    const loaded = this.#ports.definitions.current().get(name);
    const now = this.#ports.clock.now();
    const dark = await this.#darkSources(gate, decision);
    const maintenance = await this.#maintenanceOf(gate, Math.min(now, ...dark.values()));
    const request = openRequest(gate, record, definition);
    return {
      name,
      gate,
      definition,
      problems: loaded?.kind === "invalid" ? loaded.problems : [],
      record,
      // A write that landed after the pass has changed the reasons.
      status: this.#answer(
        "advance",
        gate,
        definition,
        record,
        decision && { ...decision, because: record.because },
        maintenance,
      ),
      dark: countedDark(dark, maintenance, now),
      maintenance: maintenance.filter((each) => isUnderWay(each, now)),
      request: request === null ? null : { ...request, decision: decision?.id ?? "" },
    };
  }

  async status(name: string, purpose: Purpose): Promise<StatusAnswer | null> {
    if ((await findGate(this.#ports, name)) === null) return null;
    await this.#passOnDemand(name);
    const found = await findGate(this.#ports, name);
    if (found === null) return null;
    const decision = await this.#lastDecision(found.record);
    const maintenance = await this.#maintenanceOf(found.gate, this.#ports.clock.now());
    return this.#answer(purpose, found.gate, found.definition, found.record, decision, maintenance);
  }

  changed(name: string, until: Instant, abort: AbortSignal): Promise<void> {
    return this.#waiters.wait(name, until, abort);
  }

  async decisions(name: string, limit: number, before: string | null): Promise<readonly Decision[] | null> {
    if ((await findGate(this.#ports, name)) === null) return null;
    return this.#ports.records.decisions(name, limit, before);
  }

  decision(id: string): Promise<Decision | null> {
    return this.#ports.records.decision(id);
  }

  async replay(id: string): Promise<ReplayAnswer | null> {
    const decision = await this.#ports.records.decision(id);
    if (decision === null) return null;
    const recording = await this.#ports.records.recording(id);
    if (recording === null) return { kind: "no-inputs" };
    const { gate, inputs } = recording;
    const engine = { recorded: inputs.engine, running: VERSION };
    return { kind: "replayed", decision, engine, ...replay(gate, inputs) };
  }

  async deployed(told: DeployTold, keep: DeployKeeper | null): Promise<DeployEntered> {
    const { clock, ids, records } = this.#ports;
    const { service, version, url } = told;
    const deploy = {
      kind: "deploy",
      id: ids.next("chg"),
      at: told.at ?? clock.now(),
      service,
      version,
      by: actorOf(told.by),
      url,
    } as const;
    const concerned = (await this.#effective()).filter(({ gate }) => gate.service === service);
    const gates = concerned.map(({ gate }) => ({ gate: gate.name, effect: gate.onDeploy }));
    const entered = { id: deploy.id, at: deploy.at, gates };
    if (!(await records.addDeploy(deploy, keep === null ? null : keep(entered)))) {
      throw new Error(`a reply to this deploy of ${service} was kept meanwhile by another process`);
    }
    for (const { gate } of gates) this.#onCommand(gate);
    return entered;
  }

  changes(asked: ChangesAsked, limit: number, before: string | null): Promise<readonly Change[]> {
    return this.#ports.records.changes(asked, limit, before);
  }

  async alerted(alerts: readonly Labels[]): Promise<readonly string[]> {
    const names = (await this.#effective())
      .filter(({ gate }) => gate.alerts.some(({ matchers }) => alerts.some((own) => mayMatch(matchers, own))))
      .map(({ gate }) => gate.name);
    for (const name of names) this.#onCommand(name);
    return names;
  }

  async maintenance(): Promise<readonly Maintenance[]> {
    const now = this.#ports.clock.now();
    return (await this.#ports.records.maintenance(now)).filter((each) => isUnderWay(each, now));
  }

  async orderMaintenance(
    order: MaintenanceOrder,
    keep: MaintenanceKeeper | null,
  ): Promise<MaintenanceOrdered> {
    const { clock, ids, records } = this.#ports;
    const { source, forMs, reason } = order;
    const now = clock.now();
    if (forMs === null && maintenanceAt(await records.maintenance(now), source, now) === null) return null;
    const by = actorOf(order.by);
    const until = now + (forMs ?? 0);
    const begins = forMs === null ? null : { id: ids.next("mnt"), source, since: now, until, by, reason };
    const event = forMs === null ? "ended" : "begun";
    const concerned = (await this.#effective()).filter(({ gate }) => sourcesOf(gate).has(source));
    const gates = concerned.map(({ gate }) => gate.name);
    const ordered = { source, maintenance: begins, gates };
    const kept = await records.keepMaintenance({
      change: { kind: "maintenance", id: ids.next("chg"), at: now, source, event, until, by, reason },
      begins,
      reply: keep === null ? null : keep(ordered),
    });
    if (!kept) throw new Error(`a reply to this order for ${source} was kept meanwhile by another process`);
    for (const name of gates) this.#onCommand(name);
    return ordered;
  }

  async #maintenanceOf(gate: Gate, endsAfter: Instant): Promise<readonly Maintenance[]> {
    const sources = sourcesOf(gate);
    return (await this.#ports.records.maintenance(endsAfter)).filter(({ source }) => sources.has(source));
  }

  /** Every gate with the definition in force, in the order of their names. */
  async #effective(): Promise<readonly Found[]> {
    const found = await Promise.all((await this.#names()).map((name) => findGate(this.#ports, name)));
    return found.filter((each) => each !== null);
  }

  reply(principal: string, key: string) {
    return this.#ports.records.reply(principal, key);
  }

  ready(): { readonly ready: boolean; readonly waitingFor: readonly string[] } {
    const waitingFor: string[] = [];
    for (const { kind, definition } of this.#ports.definitions.current().values()) {
      if (kind !== "valid") continue;
      const { signals, alerts } = definition.gate;
      const sources = [...signals, ...alerts].map(({ source }) => source);
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
    const outcome = await this.#order(command, keep);
    this.#waiters.wake(command.gate);
    return outcome;
  }

  async approve(command: ApproveCommand, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    const outcome = await this.#turns.take(command.gate, () =>
      takeApproval(this.#ports, command, keep, this.#onCommand),
    );
    this.#waiters.wake(command.gate);
    return outcome;
  }

  async promise(command: PromiseCommand, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    const outcome = await this.#turns.take(command.gate, () =>
      takePromise(this.#ports, command, keep, this.#onCommand),
    );
    this.#waiters.wake(command.gate);
    return outcome;
  }

  /** Resolves when no pass and no command is under way. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  #order(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    if (command.action === "rollback") return this.#rollBack(command, keep);
    return this.#turns.take(command.gate, () => this.#orderInTurn(command, keep));
  }

  #orderInTurn(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    if (command.action === "advance") return forceAdvance(this.#ports, command, keep);
    if (command.action === "retire") return retireGate(this.#ports, command, keep);
    return this.#carryOut(command, keep);
  }

  #carryOut(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    return carryOut(this.#ports, command, keep, this.#onCommand);
  }

  /**
   * A rollback does not wait for a pass under way, which may hang on Prometheus or Unleash: that pass loses the race for the
   * record and decides again. Nor is it refused for having lost one itself.
   */
  #rollBack(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome> {
    return this.#turns.take(`rollback of ${command.gate}`, async () => {
      let outcome = await this.#carryOut(command, keep);
      for (let lost = 1; lost < ROLLBACK_ATTEMPTS && isConflict(outcome); lost += 1) {
        outcome = await this.#carryOut(command, keep);
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

  async #darkSources(gate: Gate, decision: Decision | null): Promise<ReadonlyMap<string, Instant>> {
    const dark = new Map<string, Instant>();
    const judged = [...(decision?.signals ?? []), ...(decision?.alerts ?? [])];
    if (!judged.some(({ code }) => code === "dark")) return dark;
    for (const { source } of [...gate.signals, ...gate.alerts]) {
      const since = await this.#ports.records.darkSince(source);
      if (since !== null) dark.set(source, since);
    }
    return dark;
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
    maintenance: readonly Maintenance[],
  ): StatusAnswer {
    return answer(purpose, {
      gate,
      definition: definition.hash,
      record,
      decision,
      maintenance,
      now: this.#ports.clock.now(),
    });
  }
}

function isConflict(outcome: CommandOutcome): boolean {
  return outcome.kind === "refused" && outcome.code === "conflict";
}
