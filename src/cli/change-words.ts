import type { DeployNotedBody, WouldBody } from "../api/status.ts";
import type { LocalTime } from "./local-time.ts";

type Effect = DeployNotedBody["effect"];

/** What a deploy does to a gate, said of the gate. */
export const EFFECTS: Readonly<Record<Effect, string>> = {
  settle: "settles anew",
  "restart-step": "begins its step anew",
  note: "takes note only",
};

const WOULDS = {
  advance: "advance",
  halt: "halt",
  rollback: "roll back",
} as const satisfies Record<NonNullable<WouldBody["would"]>, string>;

/** `checkout 4f2a91c deployed 11:02 by ci: settles anew` */
export function deployLine(deploy: DeployNotedBody, time: LocalTime): string {
  const when = time.short(Date.parse(deploy.at));
  const told = `${deploy.service} ${shortVersion(deploy.version)} deployed ${when} by ${nameOf(deploy.by)}`;
  return `${told}: ${deploy.suspect ? "suspect, the ramp stopped soon after" : EFFECTS[deploy.effect]}`;
}

/** `would advance since 11:02 (25% held 30m, all good)` */
export function wouldLine({ would, at, message }: WouldBody, time: LocalTime): string {
  const since = `since ${time.short(Date.parse(at))}`;
  return `would ${would === null ? "do nothing" : WOULDS[would]} ${since}${message === "" ? "" : ` (${message})`}`;
}

/** `person:anna` and `machine:ci` without their kind. */
export function nameOf(by: string): string {
  return by.replace(/^(?:person|machine):/, "");
}

/** A whole commit hash as people know it. */
export function shortVersion(version: string): string {
  return /^[0-9a-f]{40}$/.test(version) ? version.slice(0, 7) : version;
}
