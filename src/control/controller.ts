import type { StatusAnswer } from "../domain/answer.ts";
import type { ApproveCommand, Command, CommandOutcome, PromiseCommand } from "../domain/command.ts";
import type { Change, OnDeploy } from "../domain/change.ts";
import type { Decision } from "../domain/decision.ts";
import type { Purpose } from "../domain/gate.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { Labels } from "../domain/matcher.ts";
import type { Maintenance } from "../domain/maintenance.ts";
import type { Principal } from "../domain/principal.ts";
import type { Replayed } from "../domain/replay.ts";
import type { GateView } from "../domain/view.ts";
import type { ChangesAsked, StoredReply } from "./ports.ts";

/** How a command's reply is to be kept: under this idempotency key, rendered by the door, in the same transaction. */
export type ReplyKeeper = (outcome: CommandOutcome) => StoredReply;

/** A deploy as CI tells it. */
export type DeployTold = {
  readonly service: string;
  readonly version: string;
  /** Null: now. */
  readonly at: Instant | null;
  readonly url: string | null;
  readonly by: Principal;
};

/** The deploy as entered, and what it does to each gate of the service. */
export type DeployEntered = {
  readonly id: string;
  readonly at: Instant;
  readonly gates: readonly { readonly gate: string; readonly effect: OnDeploy }[];
};

export type DeployKeeper = (entered: DeployEntered) => StoredReply;

/** Maintenance of a source as a person orders it: for this long from now on, or over now. */
export type MaintenanceOrder = {
  readonly source: string;
  /** Null: it ends. */
  readonly forMs: Millis | null;
  readonly by: Principal;
  readonly reason: string;
};

/** What came of it; null where there was nothing to end. */
export type MaintenanceOrdered = {
  readonly source: string;
  /** Null: none is under way any more. */
  readonly maintenance: Maintenance | null;
  /** Gates that read the source, which pass at once. */
  readonly gates: readonly string[];
} | null;

export type MaintenanceKeeper = (ordered: MaintenanceOrdered) => StoredReply;

/** What came of making a decision again. */
export type ReplayAnswer =
  /** A command decides nothing from readings, and what was kept before inputs were is not there. */
  | { readonly kind: "no-inputs" }
  | (Replayed & {
      readonly kind: "replayed";
      readonly decision: Decision;
      /** Version of the program that made it, and of the one that made it again. */
      readonly engine: { readonly recorded: string; readonly running: string };
    });

/** What the doors (HTTP, command line) may ask of the running service. */
export type Controller = {
  gates(): Promise<readonly GateView[]>;
  gate(name: string): Promise<GateView | null>;
  /** Runs a pass (at most one a second for each gate; requests in between share one) and answers from it. */
  status(name: string, purpose: Purpose): Promise<StatusAnswer | null>;
  /** Resolves when the gate's record next changes, or at `until`, whichever is first. */
  changed(name: string, until: Instant, abort: AbortSignal): Promise<void>;
  decisions(name: string, limit: number, before: string | null): Promise<readonly Decision[] | null>;
  decision(id: string): Promise<Decision | null>;
  /** Makes a decision again from what it was made from; null: there is no such decision. */
  replay(decision: string): Promise<ReplayAnswer | null>;
  command(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome>;
  promise(command: PromiseCommand, keep: ReplyKeeper | null): Promise<CommandOutcome>;
  approve(command: ApproveCommand, keep: ReplyKeeper | null): Promise<CommandOutcome>;
  /** Enters a deploy in the ledger; gates of that service pass at once. */
  deployed(deploy: DeployTold, keep: DeployKeeper | null): Promise<DeployEntered>;
  /** The ledger, newest first; `before` is the id of an earlier page's last entry. */
  changes(asked: ChangesAsked, limit: number, before: string | null): Promise<readonly Change[]>;
  /** Under way now, of every source. */
  maintenance(): Promise<readonly Maintenance[]>;
  orderMaintenance(order: MaintenanceOrder, keep: MaintenanceKeeper | null): Promise<MaintenanceOrdered>;
  /** Alerts changed: every gate with a guard that may name one of them passes at once. Their names, in order. */
  alerted(alerts: readonly Labels[]): Promise<readonly string[]>;
  reply(principal: string, key: string): Promise<StoredReply | null>;
  /** Whether every source that a valid gate reads has answered once. Unleash may be down: a rollback must be taken all the same. */
  ready(): { readonly ready: boolean; readonly waitingFor: readonly string[] };
};
