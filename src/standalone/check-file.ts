import { statusBody } from "../api/status.ts";
import type { CheckFileOutcome, CheckFileRequest } from "../cli/standalone/check-file.ts";
import { readEnv } from "../config/env.ts";
import type { Flags } from "../control/ports.ts";
import type { Gate } from "../domain/gate.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { checkGate } from "../trial/check-gate.ts";
import { gateOfFile } from "./gate-of-file.ts";
import { openSources } from "./lone-ports.ts";
import { sourcesOfGate } from "./sources-of-gate.ts";

/** Checks a gate file by one pass of the engine. Nothing is written anywhere. */
export async function checkFile(request: CheckFileRequest): Promise<CheckFileOutcome> {
  const { file, places } = request;
  const env = readEnv(places.env);
  const read = await gateOfFile(file, env.configPath);
  if (read.kind === "unreadable") return { kind: "unusable", message: read.message };
  if (read.kind === "faulty") return read;
  const { gate, hash } = read;
  const named = await sourcesOfGate(gate, file, places);
  if (!named.ok) return { kind: "unusable", message: named.message };
  const flags = await openFlags(gate, request);
  if (!flags.ok) return { kind: "unusable", message: flags.message };

  const sources = openSources(named);
  try {
    const asked = { gate, hash, purpose: request.purpose, now: SYSTEM_CLOCK.now() };
    const answer = await checkGate(asked, { ...sources.ports, flags: flags.flags });
    const sourceUrls = Object.fromEntries(
      Object.entries(named.sources).map(([name, { url }]) => [name, url]),
    );
    const body = statusBody(answer, { signals: gate.signals, sourceUrls }, "");
    return { kind: "checked", body: { ...body, url: file }, everyMs: gate.everyMs };
  } finally {
    await Promise.all([sources.close(), flags.close()]);
  }
}

type OpenedFlags =
  | { readonly ok: true; readonly flags: Flags | null; close(): Promise<void> }
  | { readonly ok: false; readonly message: string };

/** Loaded only where Unleash is asked: a check of metrics alone then starts sooner. */
async function openFlags(gate: Gate, request: CheckFileRequest): Promise<OpenedFlags> {
  if (request.unleash === null || gate.flag === null) {
    return { ok: true, flags: null, close: () => Promise.resolve() };
  }
  const { openLoneFlags } = await import("./lone-flags.ts");
  return openLoneFlags(gate.flag.server, request.unleash, request.unleashTokenFile, request.places.env);
}
