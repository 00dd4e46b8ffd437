import type { DatabaseSync } from "node:sqlite";

import type { Integration, Stage } from "../names.ts";
import { rows } from "../rows.ts";

export type Message = {
  readonly id: number;
  readonly entity_id: string;
  readonly key: string;
  readonly body: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly due_at: number;
};

export type NewMessage = {
  readonly entityId: string;
  /** Names the effect: the target applies it once, however often a message with this key arrives. */
  readonly key: string;
  readonly body: unknown;
  readonly dueAt: number;
};

/** The messages of all edges: sent, waiting, done. */
export type MessageLog = {
  send(integration: Integration, stage: Stage, message: NewMessage, now: number): void;
  due(integration: Integration, stage: Stage, now: number, limit: number): Message[];
  done(message: Message, attempts: number): void;
  retryAt(message: Message, attempts: number, dueAt: number): void;
  deadLetter(message: Message, attempts: number): void;
  /** Puts dead letters back where they came from; returns how many. */
  replay(integration: Integration, now: number): number;
};

export function createMessageLog(db: DatabaseSync): MessageLog {
  const insert = db.prepare(
    `INSERT INTO edge_message (integration, entity, entity_id, key, body, stage, first_stage, created_at, due_at)
     VALUES (:integration, :entity, :entityId, :key, :body, :stage, :stage, :now, :dueAt)`,
  );
  const due = db.prepare(
    `SELECT id, entity_id, key, body, attempts, created_at, due_at FROM edge_message
     WHERE integration = :integration AND stage = :stage AND stage <> 'done' AND due_at <= :now
     ORDER BY due_at, id LIMIT :limit`,
  );
  const move = db.prepare(
    "UPDATE edge_message SET stage = :stage, attempts = :attempts, due_at = :dueAt WHERE id = :id",
  );
  const retry = db.prepare("UPDATE edge_message SET attempts = :attempts, due_at = :dueAt WHERE id = :id");
  const replay = db.prepare(
    `UPDATE edge_message SET stage = first_stage, attempts = 0, due_at = :now
     WHERE integration = :integration AND stage = 'dead_letter'`,
  );
  const settle = (message: Message, stage: string, attempts: number): void => {
    move.run({ stage, attempts, dueAt: message.due_at, id: message.id });
  };

  return {
    send: (integration, stage, message, now) => {
      const { entityId, key, body, dueAt } = message;
      const text = JSON.stringify(body);
      const { id, entity } = integration;
      insert.run({ integration: id, entity, entityId, key, body: text, stage, now, dueAt });
    },
    due: (integration, stage, now, limit) => rows(due, { integration: integration.id, stage, now, limit }),
    done: (message, attempts) => settle(message, "done", attempts),
    retryAt: (message, attempts, dueAt) => void retry.run({ attempts, dueAt, id: message.id }),
    deadLetter: (message, attempts) => settle(message, "dead_letter", attempts),
    replay: (integration, now) => Number(replay.run({ integration: integration.id, now }).changes),
  };
}
