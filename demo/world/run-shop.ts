import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { RunArguments } from "./arguments.ts";
import { percentDecider, type ExposureDecider } from "./exposure-decider.ts";
import { createMetricsPage } from "./metrics/metrics-page.ts";
import { createDraw } from "./random.ts";
import { openShopDatabase } from "./shop-database.ts";
import { connectUnleash } from "./unleash-decider.ts";
import { createWorldServer } from "./world-server.ts";
import { readRecord } from "./world-record.ts";
import { createWorld, type World } from "./world.ts";

const TICK_MS = 100;

/** Runs a shop until the signal; answers false when it could not start. */
export async function runShop(
  settings: RunArguments,
  signal: AbortSignal,
  tell: (line: object) => void,
  complain: (problem: string) => void,
): Promise<boolean> {
  const db = openShopDatabase(settings.database);
  const record = readRecord(db);
  if (record !== undefined && record.config.name !== settings.config.name) {
    complain(`${settings.database} belongs to the shop ${record.config.name}`);
    db.close();
    return false;
  }
  const decider = await connectDecider(settings, complain);
  if (decider === null) {
    complain("the flag server gave no answer in time");
    db.close();
    return false;
  }
  const startedAt = record?.startedAt ?? Date.now();
  const world = createWorld(db, settings.config, decider, startedAt);
  const page = createMetricsPage(world.context, startedAt);
  const server = createWorldServer({ world, page, decider, clock: Date.now });
  // The first comparisons have run before anyone can ask for them.
  world.tick(Date.now());

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  tell({ ready: true, port, pid: process.pid, metrics: `http://127.0.0.1:${port}/metrics` });

  await keepTime(world, signal);
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await decider.close();
  db.close();
  return true;
}

function connectDecider(
  { config, decider }: RunArguments,
  complain: (problem: string) => void,
): Promise<ExposureDecider | null> {
  if (decider.kind === "percent") {
    return Promise.resolve(percentDecider(createDraw(config.seed), decider.percent));
  }
  const { url, environment, refreshMs, readyWithinMs } = decider;
  const token =
    "file" in decider.token ? readFileSync(decider.token.file, "utf8").trim() : decider.token.text;
  const appName = `shop-${config.name}`;
  return connectUnleash({
    url,
    token,
    appName,
    environment,
    refreshMs,
    flag: config.flag,
    readyWithinMs,
    onTrouble: complain,
  });
}

/** A tick stands for all the time since the last one, so a late tick loses nothing. */
async function keepTime(world: World, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const began = Date.now();
    world.tick(began);
    const restMs = Math.max(5, began + TICK_MS - Date.now());
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
}
