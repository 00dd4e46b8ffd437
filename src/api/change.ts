import { z } from "zod";
import type { Change, OnDeploy } from "../domain/change.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import { DAY, MINUTE, formatMillis } from "../domain/instant.ts";
import { isoTime, timeSchema } from "./wire-time.ts";

const LONGEST_VERSION = 200;
const LONGEST_URL = 2_000;

/** Neither control nor format characters nor line ends, and no space at the edges: a version is shown in terminals and messages. */
const PRINTABLE = /^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u;

export const serviceSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_.:/-]{1,100}$/,
    "must be 1 to 100 of A-Z, a-z, 0-9, dot, dash, underscore, colon, slash",
  );

/** What a deploy of the gate's own service does to the ramp: settle anew, begin the step anew, or stand in the record alone. */
export const onDeploySchema = z.enum(["settle", "restart-step", "note"]);

export const deployRequestSchema = z.strictObject({
  service: serviceSchema,
  version: z
    .string()
    .max(LONGEST_VERSION, `may have at most ${LONGEST_VERSION} characters`)
    .regex(PRINTABLE, "must be printable characters, with none of them a space at either end"),
  at: z.iso
    .datetime("must be a UTC time like 2026-11-21T23:01:59Z")
    .optional()
    .describe("When it went out; now unless said."),
  url: z
    .string()
    .max(LONGEST_URL, `may have at most ${LONGEST_URL} characters`)
    .refine(isPlainUrl, "must be an http or https URL without a user or a password")
    .optional()
    .describe("Where the deploy can be looked at."),
});

/** Whoever reads the ledger sees the address, so a password in it would be given away. */
function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:\/\/\S+$/.test(text) && url.username === "" && url.password === "";
}

/** Clocks of build machines differ by this much. */
const AHEAD_MS: Millis = 5 * MINUTE;
/** An older deploy explains nothing that is measured now. */
const BEHIND_MS: Millis = 7 * DAY;

/** What is wrong with the time a deploy is told for; null when nothing is. */
export function wrongTime(at: Instant, now: Instant): string | null {
  if (at > now + AHEAD_MS) return `lies more than ${formatMillis(AHEAD_MS)} in the future of ${isoTime(now)}`;
  if (at < now - BEHIND_MS) return `lies more than ${formatMillis(BEHIND_MS)} before ${isoTime(now)}`;
  return null;
}

export const deployEnteredSchema = z.object({
  id: z.string(),
  at: timeSchema,
  gates: z
    .array(z.object({ gate: z.string(), effect: onDeploySchema }))
    .describe("The gates of the service, which are evaluated at once."),
});

export type DeployEnteredBody = z.infer<typeof deployEnteredSchema>;

export function deployEnteredBody(entered: {
  readonly id: string;
  readonly at: Instant;
  readonly gates: readonly { readonly gate: string; readonly effect: OnDeploy }[];
}): DeployEnteredBody {
  const gates = entered.gates.map(({ gate, effect }) => ({ gate, effect }));
  return { id: entered.id, at: isoTime(entered.at), gates };
}

/** One entry of the ledger. */
export const changeSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("deploy"),
    id: z.string(),
    at: timeSchema,
    service: z.string(),
    version: z.string(),
    by: z.string(),
    url: z.string().nullable(),
  }),
  z.object({
    kind: z.literal("exposure"),
    id: z.string(),
    at: timeSchema,
    gate: z.string(),
    flag: z.string(),
    environment: z.string(),
    from: z.number().nullable().describe("Percent; null when it was not known before."),
    to: z.number().describe("Percent."),
    audience: z.string().optional().describe("Of whom both are percents. Absent: of everybody."),
    by: z
      .string()
      .nullable()
      .describe("`rampart`, or the name in Unleash's event log; null when the log does not say."),
    reason: z.string(),
    decision: z.string(),
    verifiedAt: timeSchema.describe("When it was read back."),
  }),
  z.object({
    kind: z.literal("maintenance"),
    id: z.string(),
    at: timeSchema,
    source: z.string(),
    event: z.enum(["begun", "ended"]),
    until: timeSchema.describe("When it ends by itself; when it was ended."),
    by: z.string(),
    reason: z.string(),
  }),
]);

export type ChangeBody = z.infer<typeof changeSchema>;

export const changePageSchema = z.object({
  changes: z.array(changeSchema),
  next: z.string().nullable().describe("Cursor of the following page; null on the last."),
});

export function changeBody(change: Change): ChangeBody {
  switch (change.kind) {
    case "deploy": {
      const { kind, id, at, service, version, by, url } = change;
      return { kind, id, at: isoTime(at), service, version, by, url };
    }
    case "exposure": {
      const { kind, id, at, gate, flag, environment, from, to, by, reason, decision, verifiedAt } = change;
      const times = { at: isoTime(at), verifiedAt: isoTime(verifiedAt) };
      const whom = change.audience === undefined ? {} : { audience: change.audience };
      return { kind, id, gate, flag, environment, from, to, ...whom, by, reason, decision, ...times };
    }
    case "maintenance": {
      const { kind, id, at, source, event, until, by, reason } = change;
      return { kind, id, at: isoTime(at), source, event, until: isoTime(until), by, reason };
    }
  }
}
