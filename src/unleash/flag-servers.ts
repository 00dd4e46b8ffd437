import { z } from "zod";
import type { Clock } from "../control/ports.ts";
import type { Instant } from "../domain/instant.ts";
import { skewFrom } from "../lib/clock-skew.ts";
import type { Outbound, OutboundReply } from "../lib/outbound.ts";
import type { FlagServers, NotTold } from "../trial/ports.ts";
import { detailOf, problemOf, readAdmin, type AdminAnswer } from "./admin-answer.ts";
import { userBody } from "./rights.ts";
import { STOP_FLAG } from "./served.ts";

export type FlagServersOptions = {
  /** By the names that gates use, with the admin tokens. */
  readonly servers: Readonly<Record<string, Outbound>>;
  /** The same servers with the backend tokens, by environment. */
  readonly clients: Readonly<Record<string, Readonly<Record<string, Outbound>>>>;
  readonly clock: Clock;
};

const uiConfigBody = z.object({
  version: z.string().nullish(),
  versionInfo: z.object({ current: z.record(z.string(), z.string()).nullish() }).nullish(),
});
const patsBody = z.object({ pats: z.array(z.object({ expiresAt: z.iso.datetime({ offset: true }) })) });
const clientBody = z.object({
  features: z.array(z.object({ name: z.string(), enabled: z.boolean() })),
  query: z.object({ environment: z.string().nullish() }).nullish(),
});

const contextBody = z.array(z.object({ name: z.string(), stickiness: z.boolean().default(false) }));

/** Asks Unleash about itself, with GET alone. */
export function createFlagServers({ servers, clients, clock }: FlagServersOptions): FlagServers {
  return {
    async about(server) {
      const outbound = servers[server];
      if (outbound === undefined) return notConfigured(server);
      const sentAt = clock.now();
      const reply = await outbound.request({ method: "GET", path: "/api/admin/ui-config" });
      const failure = failureOf(reply, outbound);
      if (failure !== null) return failure;
      return { kind: "told", version: versionOf(reply), clockSkewMs: skewOf(reply, sentAt, clock.now()) };
    },

    async token(server) {
      const outbound = servers[server];
      if (outbound === undefined) return notConfigured(server);
      const answer = await readAdmin(outbound, "/api/admin/user", userBody);
      if (answer.kind !== "body") return notTold(answer);
      if (typeof answer.value.user.id !== "number") {
        return { kind: "told", owner: "environment", ends: null };
      }
      const tokens = await readAdmin(outbound, "/api/admin/user/tokens", patsBody);
      const ends =
        tokens.kind === "body" ? tokens.value.pats.map(({ expiresAt }) => Date.parse(expiresAt)) : null;
      return { kind: "told", owner: "user", ends };
    },

    async stickyFields(server) {
      const outbound = servers[server];
      if (outbound === undefined) return notConfigured(server);
      const answer = await readAdmin(outbound, "/api/admin/context", contextBody);
      if (answer.kind !== "body") return notTold(answer);
      const fields = answer.value.filter(({ stickiness }) => stickiness).map(({ name }) => name);
      return { kind: "told", fields };
    },

    async served(server, environment) {
      const outbound = clients[server]?.[environment];
      if (outbound === undefined) return { kind: "no-token" };
      const query = { namePrefix: STOP_FLAG };
      const answer = await readAdmin(outbound, "/api/client/features", clientBody, query);
      if (answer.kind !== "body") return notTold(answer);
      const stop = answer.value.features.find(({ name }) => name === STOP_FLAG);
      return {
        kind: "told",
        environment: answer.value.query?.environment ?? null,
        stopSwitch: stop === undefined ? "absent" : stop.enabled ? "on" : "off",
      };
    },
  };
}

function notConfigured(server: string): NotTold {
  return { kind: "unreachable", detail: `no Unleash server "${server}" is configured` };
}

function failureOf(reply: OutboundReply, outbound: Outbound): NotTold | null {
  if (reply.kind === "failed") return { kind: "unreachable", detail: reply.detail };
  if (reply.status === 200) return null;
  return notTold({ kind: "status", status: reply.status, problem: problemOf(reply.text, outbound) });
}

/** A server that turns a token down was reached; one that answers anything else is of no more use than none. */
function notTold(answer: Exclude<AdminAnswer<unknown>, { kind: "body" }>): NotTold {
  const isRefused = answer.kind === "status" && (answer.status === 401 || answer.status === 403);
  return { kind: isRefused ? "refused" : "unreachable", detail: detailOf(answer) };
}

function versionOf(reply: OutboundReply): string | null {
  if (reply.kind === "failed") return null;
  const parsed = uiConfigBody.safeParse(jsonOf(reply.text));
  if (!parsed.success) return null;
  const { version, versionInfo } = parsed.data;
  const [current] = Object.values(versionInfo?.current ?? {}).filter((each) => each !== "");
  return version ?? current ?? null;
}

function skewOf(reply: OutboundReply, sentAt: Instant, receivedAt: Instant): number | null {
  return reply.kind === "failed" ? null : skewFrom(reply.headers["date"], sentAt, receivedAt);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
