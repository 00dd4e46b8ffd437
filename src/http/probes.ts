import express from "express";
import type { Express } from "express";
import type { Registry } from "prom-client";
import type { Controller } from "../control/controller.ts";
import type { Log } from "../lib/log.ts";

/** What the platform asks: alive, ready, metrics. No token, so it listens on an address of its own. */
export function createProbes(parts: {
  readonly controller: Pick<Controller, "ready">;
  readonly registry: Registry;
  readonly log: Log;
}): Express {
  const { controller, registry, log } = parts;
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.get("/healthz", (_, response) => {
    response.json({ alive: true });
  });
  app.get("/readyz", (_, response) => {
    const { ready, waitingFor } = controller.ready();
    response.status(ready ? 200 : 503).json({ ready, waitingFor });
  });
  app.get("/metrics", async (_, response) => {
    const text = await registry.metrics();
    response.set("Content-Type", registry.contentType).end(text);
  });
  app.use((_, response) => {
    response.status(404).json({ error: "not found" });
  });
  app.use(((error, _request, response, _next) => {
    log.error({ err: error }, "probe failed");
    response.status(500).json({ error: "failed" });
  }) satisfies express.ErrorRequestHandler);
  return app;
}
