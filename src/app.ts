import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Registry } from "prom-client";
import { createSilencers } from "./alertmanager/alertmanager.ts";
import { createDefinitionNotes } from "./audit-definitions.ts";
import { createAuditHeads } from "./audit-heads.ts";
import { createBackups } from "./backups.ts";
import type { Config } from "./config/config.ts";
import { listenUrl, type Listen } from "./config/listen.ts";
import type { Secrets, UnleashSecrets } from "./config/secrets.ts";
import { Conductor } from "./control/conduct.ts";
import { Metronome } from "./control/metronome.ts";
import { type AuditEntry, type Ids, StoreUnavailable } from "./control/ports.ts";
import { openGatesFolder } from "./disk/gates-folder.ts";
import { HOUR, SECOND } from "./domain/instant.ts";
import { createAuthenticator } from "./http/auth/authenticator.ts";
import { createTokenDesk } from "./http/auth/token-desk.ts";
import { createHttp } from "./http/create-http.ts";
import { createMetrics } from "./http/metrics.ts";
import { createProbes } from "./http/probes.ts";
import { createServer } from "./http/server.ts";
import { watchEventLoop } from "./lib/event-loop.ts";
import type { Log } from "./lib/log.ts";
import { createOutbound } from "./lib/outbound.ts";
import type { Channel } from "./notify/channel.ts";
import { createNotifier } from "./notify/notifier.ts";
import { createWebhookChannel } from "./notify/webhook.ts";
import { parseDefaults } from "./parse-defaults.ts";
import { peopleByAddress } from "./people-by-address.ts";
import { createPrometheus } from "./prometheus/prometheus.ts";
import { alertmanagerConfigs, mapValues, sourceConfigs, tlsOf } from "./source-configs.ts";
import { keyPathBeside, openAuditKey } from "./store/audit/audit-key.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";
import { SYSTEM_CLOCK } from "./system-clock.ts";
import { createFlags } from "./unleash/flags.ts";
import { createServed } from "./unleash/served.ts";
import { createSightings } from "./unleash/sightings.ts";
import { adminOutbounds } from "./unleash-outbounds.ts";
import { VERSION } from "./version.ts";

/** How often the metronome looks for due gates; the finest `every` is one second. */
const LOOK_EVERY_MS = 200;
const DELIVER_EVERY_MS = 1 * SECOND;
const PRUNE_EVERY_MS = 6 * HOUR;
const AUDIT_EVERY_MS = 5 * SECOND;
/** Whoever still waits on us when we stop has this long. */
const STOP_WITHIN_MS = 8 * SECOND;

const SYSTEM_IDS: Ids = { next: (prefix) => `${prefix}_${randomUUID().replaceAll("-", "").slice(0, 20)}` };

export type AppParts = {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Log;
  /** Takes what must be written whatever the level of the log is. */
  readonly always: Pick<Log, "info">;
  /** Called once when the process can no longer keep its promises and has to end. */
  readonly onFatal: (error: unknown) => void;
};

export type App = {
  /** Where the two listeners ended up, port 0 resolved. */
  readonly addresses: { readonly http: string; readonly probes: string };
  /** Reads the gate files now, without waiting for a sign of change. */
  reload(): Promise<void>;
  /** Takes no new work, finishes or abandons what is under way at a safe point, and closes everything. */
  stop(): Promise<void>;
};

export type StartedApp =
  | { readonly ok: true; readonly app: App }
  | { readonly ok: false; readonly message: string };

/** Builds every object of the running service, starts them in order, and knows how to stop them. */
export async function startApp(parts: AppParts): Promise<StartedApp> {
  const { config, secrets, log } = parts;
  const webhook = webhookOf(parts);
  if (webhook.kind === "faulty") return { ok: false, message: webhook.problem };
  const opened = await openStore({
    path: config.store.path,
    clock: SYSTEM_CLOCK,
    randomBytes,
    onFatal: parts.onFatal,
  });
  if (!opened.ok) return { ok: false, message: opened.message };
  const { store } = opened;
  const keyPath = config.audit.keyFile ?? keyPathBeside(config.store.path);
  const key = await openAuditKey(keyPath, config.audit.keyFile === null);
  if (!key.ok) {
    await store.close();
    return { ok: false, message: key.message };
  }

  const folder = openGatesFolder({
    path: config.gates.path,
    people: peopleByAddress(config),
    defaults: parseDefaults(config),
  });
  await folder.load();
  tellProblems();
  const heads = createAuditHeads({
    audit: store.audit,
    key: key.key,
    clock: SYSTEM_CLOCK,
    log: parts.always,
  });
  const notes = createDefinitionNotes({ definitions: folder, audit: store.audit, clock: SYSTEM_CLOCK });
  await store.audit.append([startEntry(config, store)]);
  await notes.note();
  await heads.flush();

  const registry = new Registry();
  const eventLoop = watchEventLoop();
  const outbounds = adminOutbounds(config, secrets.unleash);
  const sightings = createSightings();
  const served = createServed({
    servers: mapValues(config.unleash, (server, name) => servedServer(server, secrets.unleash[name])),
    clock: SYSTEM_CLOCK,
    sightings,
  });
  const metrics = createPrometheus({
    sources: sourceConfigs(config, secrets.sources),
    clock: SYSTEM_CLOCK,
    observe: ({ source, outcome, durationMs }) =>
      observer.onQuery(source, outcome === "success" ? "answered" : "failed", durationMs),
  });
  const silencers = createSilencers({
    sources: alertmanagerConfigs(config, secrets.sources),
    clock: SYSTEM_CLOCK,
    observe: ({ source, outcome, durationMs }) =>
      observer.onAlertmanagerRequest(source, outcome === "success" ? "answered" : "failed", durationMs),
  });
  const conductor = new Conductor(
    {
      clock: SYSTEM_CLOCK,
      ids: SYSTEM_IDS,
      metrics,
      silencers,
      flags: createFlags({ servers: outbounds, clock: SYSTEM_CLOCK, sightings }),
      served,
      records: store,
      definitions: folder,
      health: { eventLoopLagMs: () => eventLoop.worstLagMs() },
      people: new Map(config.people.map((person) => [person.name, person.groups])),
      onDecision: (decision) => observer.onDecision(decision),
    },
    (gate) => metronome.wake(gate),
  );
  const observer = createMetrics(registry, conductor, VERSION);
  let isAbandoned = false;
  const metronome = new Metronome({
    now: () => SYSTEM_CLOCK.now(),
    gates: () => conductor.known(),
    pass: (gate) => conductor.pass(gate),
    onMissed: (gate, slots) => observer.onMissedPasses(gate, slots),
    onError: (gate, error) => {
      // A pass that was left behind finds the store closed, and what it began is found by the next process.
      if (!isAbandoned) log.error({ err: error, gate }, "a pass failed");
    },
  });
  const notifier = createNotifier({
    outbox: store,
    channels: webhook.kind === "channel" ? [webhook.channel] : [],
    clock: SYSTEM_CLOCK,
    log,
  });

  const stopping = new AbortController();
  const { signal } = stopping;
  const http = createServer(
    createHttp({
      controller: conductor,
      authenticator: createAuthenticator({
        tokens: store,
        people: () => config.people,
        clock: SYSTEM_CLOCK,
        bootstrap: secrets.bootstrap?.reveal() ?? null,
      }),
      tokens: createTokenDesk({
        tokens: store,
        people: () => config.people,
        clock: SYSTEM_CLOCK,
        random: randomBytes,
        environment: config.environment,
      }),
      audit: store.audit,
      backups: createBackups(store, config.store.path),
      clock: SYSTEM_CLOCK,
      log,
      config: {
        version: VERSION,
        environment: config.environment,
        publicUrl: config.http.url,
        sourceUrls: mapValues(config.sources, (source) => source.publicUrl),
        trustProxy: config.http.trustProxy,
      },
      stopping: signal,
    }),
  );
  const probes = createServer(createProbes({ controller: conductor, registry, log }));
  let addresses: App["addresses"];
  try {
    addresses = {
      http: await listen(http, config.http.listen),
      probes: await listen(probes, config.metrics.listen),
    };
  } catch (error) {
    await Promise.all([
      closeServer(http),
      closeServer(probes),
      store.close(),
      metrics.close(),
      silencers.close(),
    ]);
    served.close();
    eventLoop.stop();
    return { ok: false, message: `cannot listen: ${String(error)}` };
  }

  const loops = [
    folder.watch(gatesChanged, signal),
    metronome.run(LOOK_EVERY_MS, signal),
    notifier.run(signal, DELIVER_EVERY_MS),
    prune(store, log, signal),
    keepAudit(signal),
  ];
  for (const loop of loops) loop.catch(parts.onFatal);
  log.info({ ...addresses, version: VERSION, gates: folder.current().size }, "serving");

  function tellProblems(): void {
    for (const problem of folder.problems()) {
      if (problem.severity !== "hint") log.warn({ problem }, "a gate file has a problem");
    }
  }

  function gatesChanged(): void {
    log.info({ gates: folder.current().size }, "gate files were read again");
    tellProblems();
    lookAfterAudit().catch(parts.onFatal);
    for (const gate of folder.current().keys()) metronome.wake(gate);
  }

  /** What could not be noted for want of a writable store is noted with the next look. */
  async function lookAfterAudit(): Promise<void> {
    try {
      await notes.note();
      await heads.look();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      log.error({ err: error }, "the audit waits for the store");
    }
  }

  /** Behind what is still being noted, so that nothing meets a closed store. */
  async function endAudit(): Promise<void> {
    try {
      await notes.note();
      await heads.flush();
    } catch (error) {
      log.error({ err: error }, "the last head of the audit is not in the log");
    }
  }

  async function keepAudit(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      await lookAfterAudit();
      await sleep(AUDIT_EVERY_MS, undefined, { signal: until }).catch(() => undefined);
    }
  }

  async function reload(): Promise<void> {
    if (await folder.load()) gatesChanged();
  }

  async function stop(): Promise<void> {
    stopping.abort();
    const giveUp = sleep(STOP_WITHIN_MS, "late", { ref: false });
    const done = Promise.allSettled([...loops, conductor.idle(), closeServer(http), closeServer(probes)]);
    isAbandoned = (await Promise.race([done, giveUp])) === "late";
    if (isAbandoned) log.warn({}, "stopped without waiting any longer");
    served.close();
    await Promise.all([
      metrics.close(),
      silencers.close(),
      ...Object.values(outbounds).map((outbound) => outbound.close()),
    ]);
    eventLoop.stop();
    await endAudit();
    await store.close();
    log.info({}, "stopped");
  }
  return { ok: true, app: { addresses, reload, stop } };
}

function servedServer(server: Config["unleash"][string], secrets: UnleashSecrets | undefined) {
  return {
    url: server.url,
    tokens: mapValues(secrets?.clientTokens ?? {}, (token) => token.source()),
    refreshMs: server.refreshMs,
    timeoutMs: server.timeoutMs,
    ...tlsOf(secrets),
  };
}

/** Who may be asked for what is part of what a later decision means. */
function startEntry({ people }: Config, store: Store): AuditEntry {
  const groups = Object.fromEntries(people.map((person) => [person.name, person.groups]));
  const body = { version: VERSION, store: store.storeId(), epoch: store.epoch(), people: groups };
  return { at: SYSTEM_CLOCK.now(), kind: "started", actor: "rampart", gate: null, body };
}

type WebhookChannel =
  | { readonly kind: "none" }
  | { readonly kind: "channel"; readonly channel: Channel }
  | { readonly kind: "faulty"; readonly problem: string };

function webhookOf({ config, secrets }: AppParts): WebhookChannel {
  const { webhook } = config.notify;
  if (webhook === null || secrets.webhook === null) return { kind: "none" };
  const made = createWebhookChannel({
    name: "webhook",
    outbound: createOutbound({ baseUrl: webhook.url }),
    secret: secrets.webhook.reveal(),
    clock: SYSTEM_CLOCK,
    urlOf: ({ decision }) => (decision === null ? null : `${config.http.url}/d/${decision}`),
  });
  return made.ok ? { kind: "channel", channel: made.channel } : { kind: "faulty", problem: made.problem };
}

async function prune(store: Store, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      log.debug({ ...(await store.prune(SYSTEM_CLOCK.now())) }, "pruned");
    } catch (error) {
      // A full disk passes, and what is old is removed the next time; what does not pass has ended the store by itself.
      if (!(error instanceof StoreUnavailable)) throw error;
      log.warn({ error: error.message }, "nothing was pruned");
    }
    await sleep(PRUNE_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function listen(server: Server, { host, port }: Listen): Promise<string> {
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return listenUrl({ host, port: typeof address === "object" && address !== null ? address.port : port });
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  await closed;
}
