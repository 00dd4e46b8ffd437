import type { Kysely } from "kysely";
import type { Clock, Records } from "../control/ports.ts";
import type { Definition } from "../domain/gate.ts";
import type { GateRecord } from "../domain/record.ts";
import { decodeBody } from "./body.ts";
import { addDeploy, changesOf, deploysOf } from "./changes.ts";
import { commitMoment } from "./commit.ts";
import { decisionById, decisionsOf } from "./decisions.ts";
import { findRecord, recordOf } from "./gate-record.ts";
import type { Identity } from "./identity.ts";
import { findRecording } from "./inputs.ts";
import { findReply } from "./replies.ts";
import { keepMaintenance, maintenanceEndingAfter } from "./maintenance.ts";
import { type Reserve, keepWith } from "./reserve.ts";
import { darkSince, setDarkSince } from "./sources.ts";
import type { Tables } from "./tables.ts";

export function recordsIn(db: Kysely<Tables>, clock: Clock, identity: Identity, reserve: Reserve): Records {
  return {
    storeId: () => identity.storeId,
    epoch: () => identity.epoch,
    record: (gate) => findRecord(db, gate),
    all: () => allRecords(db),
    pinned: (hash) => findDefinition(db, hash),
    commit: (moment) => keepWith(reserve, moment.record, () => commitMoment(db, clock, moment)),
    reply: (principal, key) => findReply(db, principal, key),
    decision: (id) => decisionById(db, id),
    recording: (decision) => findRecording(db, decision),
    decisions: (gate, limit, before) => decisionsOf(db, gate, limit, before),
    addDeploy: (deploy, kept) => addDeploy(db, clock, deploy, kept),
    deploys: (service, since, limit) => deploysOf(db, service, since, limit),
    changes: (asked, limit, before) => changesOf(db, asked, limit, before),
    darkSince: (source) => darkSince(db, source),
    setDarkSince: (source, since) => setDarkSince(db, source, since),
    maintenance: (endsAfter) => maintenanceEndingAfter(db, endsAfter),
    keepMaintenance: (kept) => keepMaintenance(db, clock, kept),
  };
}

async function allRecords(db: Kysely<Tables>): Promise<readonly GateRecord[]> {
  const rows = await db.selectFrom("gate_records").selectAll().orderBy("gate").execute();
  return rows.map(recordOf);
}

async function findDefinition(db: Kysely<Tables>, hash: string): Promise<Definition | null> {
  const row = await db.selectFrom("definitions").where("hash", "=", hash).selectAll().executeTakeFirst();
  if (row === undefined) return null;
  return decodeBody<Definition>({ table: "definitions", field: "hash", key: hash, body: row.body });
}
