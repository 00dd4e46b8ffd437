export const OMS_SCHEMA = `
CREATE TABLE IF NOT EXISTS oms_order (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ref TEXT NOT NULL UNIQUE,
  shop_ref TEXT NOT NULL,
  channel TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  state TEXT NOT NULL,
  entered_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  paid_at INTEGER,
  posted_at INTEGER,
  -- The OMS adds one at each of its own writes; a write that does not was made by somebody else.
  revision INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS oms_order_state ON oms_order (state, entered_at);
CREATE INDEX IF NOT EXISTS oms_order_shop_ref ON oms_order (shop_ref);
CREATE INDEX IF NOT EXISTS oms_order_received ON oms_order (received_at);
CREATE INDEX IF NOT EXISTS oms_order_paid ON oms_order (paid_at);
CREATE INDEX IF NOT EXISTS oms_order_posted ON oms_order (posted_at);

CREATE TABLE IF NOT EXISTS oms_transition (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_ref TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  result TEXT NOT NULL CHECK (result IN ('ok', 'invalid')),
  at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS oms_reservation (
  order_ref TEXT NOT NULL,
  sku TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (order_ref, sku)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS oms_stock (
  sku TEXT PRIMARY KEY,
  on_hand INTEGER NOT NULL,
  reserved INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL,
  sent_version INTEGER NOT NULL DEFAULT 1,
  -- Last time goods came in, which the storefront hears of a little later.
  goods_in_at INTEGER NOT NULL DEFAULT 0
);

CREATE TRIGGER IF NOT EXISTS oms_order_changed_by_hand AFTER UPDATE ON oms_order
WHEN NEW.revision = OLD.revision
BEGIN
  INSERT INTO manual_change (system, entity, order_ref, change) VALUES ('oms', 'order', OLD.ref, 'update');
END;
CREATE TRIGGER IF NOT EXISTS oms_order_deleted_by_hand AFTER DELETE ON oms_order
BEGIN
  INSERT INTO manual_change (system, entity, order_ref, change) VALUES ('oms', 'order', OLD.ref, 'delete');
END;
`;
