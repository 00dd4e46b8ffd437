/** Shop seconds. A shop at speed 300 lives 300 of them in one second of the wall clock. */
export type ShopSeconds = number;

/** From the least to the most, evenly spread. */
export type Spread = { readonly least: ShopSeconds; readonly most: ShopSeconds };

export type ShopTimes = {
  readonly webhook: Spread;
  readonly payment: Spread;
  readonly streaming: Spread;
  readonly fulfilment: Spread;
  readonly picking: Spread;
  readonly shipmentNotice: Spread;
  readonly batchPeriod: ShopSeconds;
  /** An order that has not left its state after this long is stuck. */
  readonly stuckLimit: ShopSeconds;
  /** Younger entities are not reconciled: the slowest healthy path is still allowed to be under way. */
  readonly grace: ShopSeconds;
  readonly reconciliationPeriod: ShopSeconds;
  /** How far before the watermark a reconciliation looks; a repaired system is clean again after this long. */
  readonly reconciliationWindow: ShopSeconds;
  /** Age at which an exposed order's outcome is settled for good. Longer than the stuck limit. */
  readonly outcomeAfter: ShopSeconds;
  readonly inventorySyncPeriod: ShopSeconds;
  readonly journeyPeriod: ShopSeconds;
  readonly journeyLimit: ShopSeconds;
  readonly workerService: ShopSeconds;
  readonly retryFirst: ShopSeconds;
  readonly retryLongest: ShopSeconds;
  readonly faultDelay: ShopSeconds;
  readonly quotaWindow: ShopSeconds;
};

export type WorldConfig = {
  readonly name: string;
  readonly flag: string;
  readonly seed: number;
  readonly speed: number;
  /** Orders in one second of the wall clock; not scaled by the speed. */
  readonly ordersPerSecond: number;
  readonly currency: string;
  readonly checkoutConversion: number;
  readonly skus: number;
  readonly stockPerSku: number;
  readonly workersPerQueue: number;
  readonly maxAttempts: number;
  /** Sends of one message while the retry storm has it. */
  readonly stormAttempts: number;
  /** ERP calls per quota window, as a multiple of the orders that arrive in it. */
  readonly quotaHeadroom: number;
  readonly times: ShopTimes;
};

export const DEFAULT_TIMES: ShopTimes = {
  webhook: { least: 15, most: 45 },
  payment: { least: 30, most: 120 },
  streaming: { least: 15, most: 60 },
  fulfilment: { least: 15, most: 60 },
  picking: { least: 120, most: 300 },
  shipmentNotice: { least: 15, most: 45 },
  batchPeriod: 600,
  stuckLimit: 1350,
  grace: 1200,
  reconciliationPeriod: 300,
  reconciliationWindow: 6000,
  outcomeAfter: 1500,
  inventorySyncPeriod: 300,
  journeyPeriod: 300,
  journeyLimit: 300,
  workerService: 6,
  retryFirst: 60,
  retryLongest: 600,
  faultDelay: 1800,
  quotaWindow: 300,
};

export const DEFAULT_CONFIG: WorldConfig = {
  name: "nordics",
  flag: "erp-order-export-v2",
  seed: 7,
  speed: 300,
  ordersPerSecond: 20,
  currency: "EUR",
  checkoutConversion: 0.7,
  skus: 200,
  stockPerSku: 2000,
  workersPerQueue: 16,
  maxAttempts: 8,
  stormAttempts: 6,
  quotaHeadroom: 10,
  times: DEFAULT_TIMES,
};

/** Shop seconds as milliseconds of the wall clock. */
export function toMs(seconds: ShopSeconds, speed: number): number {
  return (seconds * 1000) / speed;
}
