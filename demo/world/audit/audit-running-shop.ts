import { DatabaseSync } from "node:sqlite";

import { audit, type AuditResult } from "./audit.ts";

const LOCK_WAIT_MS = 5000;

export type RunningAudit =
  | { readonly ok: true; readonly result: AuditResult }
  | { readonly ok: false; readonly problem: string };

type Still = { readonly page: string; readonly at: number };

/**
 * Makes a running shop stand still just long enough to take its page and to begin reading its tables, lets it go
 * on if it ran before, and then compares the two at leisure: the reader keeps seeing the tables of that moment.
 */
export async function auditRunningShop(database: string, metricsUrl: string): Promise<RunningAudit> {
  const db = new DatabaseSync(database, { readOnly: true, timeout: LOCK_WAIT_MS });
  try {
    const still = await holdStill(db, metricsUrl);
    if (typeof still === "string") return { ok: false, problem: still };
    return { ok: true, result: audit(db, still.page, still.at) };
  } finally {
    db.close();
  }
}

/** Answers the page and its moment, or what went wrong. */
async function holdStill(db: DatabaseSync, metricsUrl: string): Promise<Still | string> {
  const paused = await fetch(new URL("/pause", metricsUrl), { method: "POST" });
  if (!paused.ok) return `the shop would not stand still: ${await paused.text()}`;
  const { pausedAt, wasPaused } = (await paused.json()) as { pausedAt: number; wasPaused: boolean };
  try {
    db.exec("BEGIN");
    // A transaction sees the tables as of its first read, not of its beginning.
    db.prepare("SELECT count(*) FROM world_config").get();
    const page = await readPage(metricsUrl);
    return page === null ? `${metricsUrl} does not answer` : { page, at: pausedAt };
  } finally {
    if (!wasPaused) await fetch(new URL("/resume", metricsUrl), { method: "POST" });
  }
}

async function readPage(metricsUrl: string): Promise<string | null> {
  try {
    const response = await fetch(metricsUrl);
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
