/**
 * What the systems share: the edges between them, the exposure stamps, the runs of the comparison jobs.
 * All times are milliseconds of the wall clock. Tables the exporter reads forward have AUTOINCREMENT,
 * because an id that came back after a delete would be counted by nobody.
 */
export const SHARED_SCHEMA = `
CREATE TABLE IF NOT EXISTS world_config (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS edge_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  integration TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('queue', 'batch', 'dead_letter', 'done')),
  -- The stage it was sent into, and goes back to when it is replayed.
  first_stage TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS edge_message_open ON edge_message (integration, stage, due_at) WHERE stage <> 'done';
CREATE INDEX IF NOT EXISTS edge_message_open_entity ON edge_message (integration, entity_id) WHERE stage <> 'done';

-- fate is what the target did with the message; NULL when this attempt did not decide it.
CREATE TABLE IF NOT EXISTS edge_attempt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id INTEGER NOT NULL,
  integration TEXT NOT NULL,
  entity TEXT NOT NULL,
  result TEXT NOT NULL,
  error_type TEXT NOT NULL,
  fate TEXT,
  propagation_ms INTEGER,
  at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS api_request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  system TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS api_request_recent ON api_request (system, at);

CREATE TABLE IF NOT EXISTS inbox (system TEXT, key TEXT, at INTEGER NOT NULL, PRIMARY KEY (system, key)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS order_exposure (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_ref TEXT NOT NULL,
  flag TEXT NOT NULL,
  variant TEXT NOT NULL CHECK (variant IN ('on', 'off')),
  percent REAL,
  decided_at INTEGER NOT NULL,
  UNIQUE (order_ref, flag)
);

CREATE TABLE IF NOT EXISTS exposure_outcome (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_ref TEXT NOT NULL,
  flag TEXT NOT NULL,
  variant TEXT NOT NULL,
  integration TEXT NOT NULL,
  entity TEXT NOT NULL,
  outcome TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (order_ref, flag)
);

CREATE TABLE IF NOT EXISTS order_line_defect (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_ref TEXT NOT NULL,
  sku TEXT NOT NULL,
  channel TEXT NOT NULL,
  defect TEXT NOT NULL,
  at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS reconciliation_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  integration TEXT NOT NULL,
  entity TEXT NOT NULL,
  window_from INTEGER NOT NULL,
  watermark INTEGER NOT NULL,
  checked INTEGER NOT NULL,
  difference_minor INTEGER,
  gross_minor INTEGER,
  finished_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS reconciliation_run_latest ON reconciliation_run (integration, id);
CREATE TABLE IF NOT EXISTS reconciliation_finding (
  run_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  mismatched INTEGER NOT NULL,
  PRIMARY KEY (run_id, kind)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS journey_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  journey TEXT NOT NULL,
  success INTEGER NOT NULL,
  at INTEGER NOT NULL
);

-- Filled by triggers only: writes that went past the systems that own the rows.
CREATE TABLE IF NOT EXISTS manual_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  system TEXT NOT NULL,
  entity TEXT NOT NULL,
  order_ref TEXT NOT NULL,
  change TEXT NOT NULL CHECK (change IN ('insert', 'update', 'delete'))
);
`;
