import type { Gate } from "./gate.ts";
import { type Instant, type Millis, formatMillis } from "./instant.ts";
import { alertKey } from "./judge.ts";
import type { GateView } from "./view.ts";
import type { Waiting } from "./waiting.ts";

type Blindness = {
  readonly message: string;
  readonly since: Instant;
  readonly until: Instant | null;
};

/** What a gate has not seen for as long as people are paged for a dark source; null where it sees, or nothing rests on it. */
export function blindWaiting(gate: Gate, view: GateView, now: Instant): Waiting | null {
  if (view.record.ramp.state === "finished") return null;
  const found = [...darkSources(gate, view, now), ...missing(gate, view)].filter(
    ({ since }) => now - since >= gate.data.darkPageMs,
  );
  if (found.length === 0) return null;
  const untils = found.map(({ until }) => until).filter((until) => until !== null);
  return {
    kind: "blind",
    message: `cannot see: ${found.map(({ message }) => message).join("; ")}`,
    since: Math.min(...found.map(({ since }) => since)),
    until: untils.length === 0 ? null : Math.min(...untils),
    orders: ["explain"],
  };
}

function darkSources(gate: Gate, { dark }: GateView, now: Instant): readonly Blindness[] {
  const { darkHaltMs, darkRollbackMs } = gate.data;
  return [...dark].map(([source, since]) => ({
    message: `source ${source} has answered nothing for ${formatMillis(now - since)}`,
    since,
    until: nextBound(since, [darkHaltMs, darkRollbackMs], now),
  }));
}

function nextBound(since: Instant, bounds: readonly (Millis | null)[], now: Instant): Instant | null {
  const ahead = bounds.flatMap((bound) => (bound === null || since + bound <= now ? [] : [since + bound]));
  return ahead.length === 0 ? null : Math.min(...ahead);
}

/** Signals and guards that are missing while their source answers, each since its own clock began. */
function missing(gate: Gate, { record, status }: GateView): readonly Blindness[] {
  const guards = gate.alerts.map((guard) => [guard.match, alertKey(guard)] as const);
  const keys = new Map(guards);
  const signals = status.signals
    .filter(({ counts }) => counts)
    .map((judged) => ({ ...judged, key: judged.signal, name: `${judged.signal}: ` }));
  const alerts = status.alerts.map((judged) => ({ ...judged, key: keys.get(judged.guard) ?? "", name: "" }));
  return [...signals, ...alerts].flatMap(({ code, key, name, message, until }) => {
    const since = record.clocks[key]?.unknownSince ?? null;
    return code !== "missing" || since === null ? [] : [{ message: name + message, since, until }];
  });
}
