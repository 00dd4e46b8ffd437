import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type { ExposureDecider } from "./exposure-decider.ts";
import { parseFaults } from "./faults.ts";
import type { MetricsPage } from "./metrics/metrics-page.ts";
import { createStatsReader } from "./stats.ts";
import type { World } from "./world.ts";

const MOST_BODY_BYTES = 10_000;

type Answer = { readonly status: number; readonly body: unknown };
type Route = (request: IncomingMessage) => Answer | Promise<Answer>;

export type WorldServerParts = {
  readonly world: World;
  readonly page: MetricsPage;
  readonly decider: ExposureDecider;
  readonly clock: () => number;
};

/** The shop's doors: its metrics, its faults, its numbers, and a way to make it stand still. */
export function createWorldServer(parts: WorldServerParts): Server {
  const routes = routesOf(parts);
  const scrape = createScrape(parts);
  return createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://shop").pathname;
    const work =
      request.method === "GET" && path === "/metrics"
        ? scrape(response)
        : answer(routes, `${request.method} ${path}`, request, response);
    work.catch((error: unknown) => sendJson(response, { status: 500, body: { problems: [String(error)] } }));
  });
}

function routesOf({ world, decider, clock }: WorldServerParts): Readonly<Record<string, Route>> {
  const stats = createStatsReader(world, decider);
  const locked: Answer = { status: 503, body: { problems: ["the database is locked; try again"] } };
  return {
    "GET /faults": () => ({ status: 200, body: world.faults.rates() }),
    "PUT /faults": async (request) => {
      const change = parseFaults(await readJson(request));
      if (!change.ok) return { status: 422, body: { problems: change.problems } };
      world.faults.set(change.rates);
      return { status: 200, body: world.faults.rates() };
    },
    "GET /stats": () => ({ status: 200, body: stats() }),
    "POST /pause": () => {
      const wasPaused = world.pausedAt() !== null;
      if (!world.pause(clock())) return locked;
      return { status: 200, body: { pausedAt: world.pausedAt(), wasPaused } };
    },
    "POST /resume": () => {
      world.resume(clock());
      return { status: 200, body: { pausedAt: null } };
    },
    "POST /replay": () => ({ status: 200, body: { replayed: world.replay(clock()) } }),
  };
}

/** A dead exporter answers nothing at all; the shop behind it lives on. */
function createScrape({ world, page, clock }: WorldServerParts): (response: ServerResponse) => Promise<void> {
  let scrapes = 0;
  return async (response) => {
    scrapes += 1;
    if (world.faults.hits("deadExporter", scrapes)) {
      response.destroy();
      return;
    }
    const text = await page.render(world.pausedAt() ?? clock());
    response.writeHead(200, { "content-type": page.contentType }).end(text);
  };
}

async function answer(
  routes: Readonly<Record<string, Route>>,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = routes[key];
  if (route === undefined) {
    sendJson(response, { status: 404, body: { problems: [`no ${key} here`] } });
  } else {
    sendJson(response, await route(request));
  }
}

function sendJson(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

/** Undefined for what is no JSON or too long, which no reader of a body accepts. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MOST_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BODY_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
