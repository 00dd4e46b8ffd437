import { type Env, readEnv } from "../config/env.ts";
import type { Flags } from "../control/ports.ts";
import { parseBaseUrl } from "../lib/base-url.ts";
import type { Secret } from "../lib/credentials.ts";
import { createOutbound } from "../lib/outbound.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { createFlags } from "../unleash/flags.ts";
import { createSightings } from "../unleash/sightings.ts";

export type LoneFlags =
  | { readonly ok: true; readonly flags: Flags; close(): Promise<void> }
  | { readonly ok: false; readonly message: string };

/**
 * The Unleash at this URL under the name of a gate's server. The token comes from the file, else from
 * `RAMPART_UNLEASH_TOKEN`, else from the file that `RAMPART_UNLEASH_TOKEN_FILE` names.
 */
export function openLoneFlags(
  server: string,
  url: string,
  tokenFile: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): LoneFlags {
  const base = parseBaseUrl(url);
  if (!base.ok) return { ok: false, message: `--unleash ${base.problem}` };
  if (/\/api\/?$/.test(url)) return { ok: false, message: "--unleash must end before /api" };
  const token = tokenOf(tokenFile, readEnv(environment));
  if (token === null) {
    const message =
      "the token of Unleash is missing: set RAMPART_UNLEASH_TOKEN, or give --unleash-token-file <path>";
    return { ok: false, message };
  }
  const outbound = createOutbound({ baseUrl: url, auth: { kind: "token", token } });
  const flags = createFlags({
    servers: { [server]: outbound },
    clock: SYSTEM_CLOCK,
    sightings: createSightings(),
  });
  return { ok: true, flags, close: () => outbound.close() };
}

function tokenOf(given: string | null, env: Env): Secret | null {
  const value = env.variable("RAMPART_UNLEASH_TOKEN");
  if (given === null && value !== null) return { value };
  const file = given ?? env.variable("RAMPART_UNLEASH_TOKEN_FILE");
  return file === null ? null : { file };
}
