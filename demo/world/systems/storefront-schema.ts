export const STOREFRONT_SCHEMA = `
CREATE TABLE IF NOT EXISTS shop_product (sku TEXT PRIMARY KEY, price_minor INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS shop_stock (
  sku TEXT PRIMARY KEY,
  quantity INTEGER NOT NULL,
  -- Version of the OMS stock this quantity was last set from.
  version INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS shop_checkout (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number INTEGER NOT NULL,
  channel TEXT NOT NULL,
  started_at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS shop_order (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ref TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  line_count INTEGER NOT NULL,
  placed_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS shop_order_placed ON shop_order (placed_at);

CREATE TABLE IF NOT EXISTS shop_order_line (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_ref TEXT NOT NULL,
  sku TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price_minor INTEGER NOT NULL
);
`;
