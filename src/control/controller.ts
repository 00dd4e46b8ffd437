import type { StatusAnswer } from "../domain/answer.ts";
import type { ApproveCommand, Command, CommandOutcome } from "../domain/command.ts";
import type { Decision } from "../domain/decision.ts";
import type { Gate, Purpose } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import type { Approval, GateRecord } from "../domain/record.ts";
import type { StoredReply } from "./ports.ts";

/** One gate as people see it: definition, record, and the answer to "may it advance" as of its last pass. */
export type GateView = {
  readonly name: string;
  /** Null for a gate whose file is gone and whose pinned definition is gone with it. */
  readonly gate: Gate | null;
  readonly definition: { readonly hash: string; readonly status: "valid" | "invalid" | "gone" | "changed" };
  readonly problems: readonly Problem[];
  readonly record: GateRecord;
  readonly status: StatusAnswer;
  /** The request for approval that is open now, if one is. */
  readonly request: {
    readonly step: number;
    readonly decision: string;
    readonly needed: readonly string[];
    readonly given: readonly Approval[];
  } | null;
};

/** How a command's reply is to be kept: under this idempotency key, rendered by the door, in the same transaction. */
export type ReplyKeeper = (outcome: CommandOutcome) => StoredReply;

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
  command(command: Command, keep: ReplyKeeper | null): Promise<CommandOutcome>;
  approve(command: ApproveCommand, keep: ReplyKeeper | null): Promise<CommandOutcome>;
  reply(principal: string, key: string): Promise<StoredReply | null>;
  /** Whether every source that a valid gate reads has answered once. Unleash may be down: a rollback must be taken all the same. */
  ready(): { readonly ready: boolean; readonly waitingFor: readonly string[] };
};
