import type { DatabaseSync } from "node:sqlite";

import type { WorldConfig } from "./config.ts";
import { createBatch } from "./edges/batch.ts";
import { createCallLog } from "./edges/call-log.ts";
import { createCourier, type Route } from "./edges/courier.ts";
import { createMessageLog, type MessageLog } from "./edges/message-log.ts";
import { createQueue } from "./edges/queue.ts";
import { createBatchExporter } from "./exporters/batch.ts";
import { createErpGateway } from "./exporters/erp-gateway.ts";
import { createExportDesk } from "./exporters/export-desk.ts";
import { createStreamingExporter } from "./exporters/streaming.ts";
import type { ExposureDecider } from "./exposure-decider.ts";
import { createFaultBoard, type FaultBoard } from "./faults.ts";
import { createJourney } from "./journey.ts";
import { integrationsOf, namesOf } from "./names.ts";
import { createOutcomes } from "./outcomes.ts";
import { createDraw } from "./random.ts";
import { comparisonsOf } from "./reconcile/comparisons.ts";
import { createReconciliation } from "./reconcile/reconciliation.ts";
import { every } from "./schedule.ts";
import { createContext, type ShopContext } from "./shop-context.ts";
import { rows } from "./rows.ts";
import { writeAtOnce } from "./shop-database.ts";
import { createErp } from "./systems/erp.ts";
import { createInventorySync } from "./systems/inventory-sync.ts";
import { createOms } from "./systems/oms.ts";
import type { OrderLine } from "./systems/order-body.ts";
import { createStorefront } from "./systems/storefront.ts";
import { createWms, type FulfilmentBody } from "./systems/wms.ts";
import { writeRecord } from "./world-record.ts";

type Step = (now: number) => void;

export type World = {
  readonly context: ShopContext;
  readonly faults: FaultBoard;
  /** Lives on until `now`. False when the database was locked from outside; the next tick makes up for it. */
  tick(now: number): boolean;
  /** Stands still at `now` with the books closed: every comparison has just been run. */
  pause(now: number): boolean;
  resume(now: number): void;
  /** The moment it was paused at, or null while it runs. */
  pausedAt(): number | null;
  /** Sends all dead letters again; returns how many. */
  replay(now: number): number;
};

/** Builds one shop with its systems, edges and jobs on an open database. */
export function createWorld(
  db: DatabaseSync,
  config: WorldConfig,
  decider: ExposureDecider,
  startedAt: number,
): World {
  writeRecord(db, { config, startedAt });
  const draw = createDraw(config.seed);
  const faults = createFaultBoard(draw);
  const context = createContext({ config, db, draw, faults, names: namesOf(config.name) });
  const log = createMessageLog(db);
  const jobs = createJobs(context);
  const { steps, reopen } = createSteps(context, log, decider);
  let paused: number | null = null;

  return {
    context,
    faults,
    tick: (now) => {
      if (paused !== null) return true;
      return writeAtOnce(db, () => {
        for (const step of [...steps, ...jobs.steps]) step(now);
      });
    },
    pause: (now) => {
      if (paused !== null) return true;
      const closed = writeAtOnce(db, () => jobs.closeBooks(now));
      if (closed) paused = now;
      return closed;
    },
    resume: (now) => {
      if (paused === null) return;
      paused = null;
      reopen(now);
    },
    pausedAt: () => paused,
    replay: (now) => {
      let sent = 0;
      writeAtOnce(db, () => {
        for (const integration of integrationsOf(context.names)) sent += log.replay(integration, now);
      });
      return sent;
    },
  };
}

/** The systems and the edges between them, in the order an order passes through. */
function createSteps(context: ShopContext, log: MessageLog, decider: ExposureDecider) {
  const { names } = context;
  const calls = createCallLog(context);
  const storefront = createStorefront(context, log);
  const oms = createOms(context);
  const wms = createWms(context, log);
  const gateway = createErpGateway(context, createErp(context));
  const streaming = createStreamingExporter(context, gateway);
  const inventory = createInventorySync(context, log);
  const courier = (route: Route) => createCourier(context, log, calls, route);
  const queue = (route: Route): Step => createQueue(context, log, courier(route));

  const fulfil = createFulfilmentDesk(context, log);
  const settleExport: Route["settle"] = (message, arrived, now) => {
    const ref = message.entity_id;
    if (!oms.lifecycle.move(ref, arrived ? "posted" : "export_failed", now) || !arrived) return;
    fulfil(ref, now);
  };

  const steps: Step[] = [
    storefront.step,
    queue({
      integration: names.shopToOms,
      deliver: (message, _attempt, now) => [oms.receive(message, now)],
      settle: settleNothing,
    }),
    oms.capturePayments,
    createExportDesk(context, { oms, log, decider, streaming }),
    queue({ integration: names.omsToErp, deliver: streaming.deliver, settle: settleExport }),
    createBatch(
      context,
      log,
      calls,
      courier({
        integration: names.omsToErp,
        deliver: createBatchExporter(gateway).deliver,
        settle: settleExport,
      }),
    ),
    queue({
      integration: names.omsToWms,
      deliver: (message, _attempt, now) => [wms.accept(message, now)],
      settle: (message, arrived, now) => {
        if (arrived) oms.lifecycle.move(message.entity_id, "released", now);
      },
    }),
    wms.step,
    queue({
      integration: names.wmsToOms,
      deliver: (message, _attempt, now) => [oms.confirmShipment(message, now)],
      settle: settleNothing,
    }),
    inventory.step,
    queue({
      integration: names.omsToShop,
      deliver: (message) => [inventory.receive(message)],
      settle: settleNothing,
    }),
  ];
  return { steps, reopen: storefront.reopen };
}

function settleNothing(): void {
  // These sources need not know what became of their messages.
}

function createFulfilmentDesk(context: ShopContext, log: MessageLog) {
  const { config, db, names } = context;
  const goods = db.prepare("SELECT sku, quantity FROM oms_reservation WHERE order_ref = :ref");
  const look = db.prepare("SELECT channel FROM oms_order WHERE ref = :ref");
  return (ref: string, now: number): void => {
    const channel = String(look.get({ ref })?.["channel"] ?? "");
    const body: FulfilmentBody = { ref, channel, lines: rows<OrderLine>(goods, { ref }) };
    const dueAt = now + context.waitMs(config.times.fulfilment, "fulfilment", ref);
    log.send(names.omsToWms, "queue", { entityId: ref, key: `fulfil:${ref}`, body, dueAt }, now);
  };
}

/** What watches the systems: outcomes, comparisons, the robot customer. */
function createJobs(context: ShopContext) {
  const settleOutcomes = createOutcomes(context);
  const reconcile = createReconciliation(context, comparisonsOf(context));
  const journey = createJourney(context);
  const isTime = every(context.ms(context.config.times.reconciliationPeriod));
  const steps: Step[] = [
    settleOutcomes,
    (now) => {
      if (isTime(now)) reconcile(now);
    },
    journey,
  ];
  const closeBooks: Step = (now) => {
    settleOutcomes(now);
    reconcile(now);
  };
  return { steps, closeBooks };
}
