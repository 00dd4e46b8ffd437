import { createServer as createNodeServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { SECOND } from "../domain/instant.ts";
import type { Millis } from "../domain/instant.ts";

export type ServerLimits = {
  /** A slow or silent sender is cut off after these; Node's own defaults leave it a minute and more. */
  readonly headersMs: Millis;
  readonly requestMs: Millis;
  readonly checkEveryMs: Millis;
  readonly keepAliveMs: Millis;
  readonly connections: number;
  readonly requestsPerConnection: number;
};

export const SERVER_LIMITS: ServerLimits = {
  headersMs: 10 * SECOND,
  requestMs: 15 * SECOND,
  checkEveryMs: 1 * SECOND,
  keepAliveMs: 5 * SECOND,
  connections: 1_000,
  requestsPerConnection: 1_000,
};

/** A server that no slow, silent or endless client can hold. It does not listen yet. */
export function createServer(listener: RequestListener, limits: ServerLimits = SERVER_LIMITS): Server {
  // How often connections are checked can be said only here.
  const server = createNodeServer({ connectionsCheckingInterval: limits.checkEveryMs }, listener);
  hardenServer(server, limits);
  return server;
}

export function hardenServer(server: Server, limits: ServerLimits = SERVER_LIMITS): void {
  server.headersTimeout = limits.headersMs;
  server.requestTimeout = limits.requestMs;
  server.keepAliveTimeout = limits.keepAliveMs;
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
}
