import type { Gate } from "./gate.ts";
import { type Instant, type Millis, formatMillis } from "./instant.ts";
import { alertKey } from "./judge.ts";
import { maintenanceAt, maintenanceText } from "./maintenance.ts";
import type { GateView } from "./view.ts";
import type { Waiting } from "./waiting.ts";

type Blindness = {
  readonly source: string;
  readonly message: string;
  readonly since: Instant;
  readonly until: Instant | null;
};

/** What a gate has not seen for as long as people are paged for a dark source; null where it sees, or nothing rests on it. */
export function blindWaiting(gate: Gate, view: GateView, now: Instant): Waiting | null {
  if (view.record.ramp.state === "finished") return null;
  const found = [...darkSources(gate, view, now), ...missing(gate, view)].filter(
    ({ source, since }) =>
      now - since >= gate.data.darkPageMs || maintenanceAt(view.maintenance, source, now) !== null,
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

function darkSources(gate: Gate, { dark, maintenance }: GateView, now: Instant): readonly Blindness[] {
  const { darkHaltMs, darkRollbackMs } = gate.data;
  return [...dark].map(([source, since]) => {
    const work = maintenanceAt(maintenance, source, now);
    const note = work === null ? "" : ` (that clock stands still, ${maintenanceText(work, now)})`;
    const next = nextBound(since, [darkHaltMs, darkRollbackMs], now);
    return {
      source,
      message: `source ${source} has answered nothing for ${formatMillis(now - since)}${note}`,
      since,
      until: next === null || work === null ? next : next + (work.until - now),
    };
  });
}

function nextBound(since: Instant, bounds: readonly (Millis | null)[], now: Instant): Instant | null {
  const ahead = bounds.flatMap((bound) => (bound === null || since + bound <= now ? [] : [since + bound]));
  return ahead.length === 0 ? null : Math.min(...ahead);
}

/** Signals and guards that are missing while their source answers, each since its own clock began. */
function missing(gate: Gate, { record, status }: GateView): readonly Blindness[] {
  const signals = new Map(gate.signals.map(({ name, source }) => [name, source]));
  const guards = new Map(gate.alerts.map((guard) => [guard.match, guard]));
  const lost = [
    ...status.signals
      .filter(({ counts }) => counts)
      .map((own) => ({ ...own, key: own.signal, source: signals.get(own.signal), name: `${own.signal}: ` })),
    ...status.alerts.map((own) => {
      const guard = guards.get(own.guard);
      const key = guard === undefined ? "" : alertKey(guard);
      return { ...own, key, source: guard?.source, name: "" };
    }),
  ];
  return lost.flatMap(({ code, key, source = "", name, message, until }) => {
    const since = record.clocks[key]?.unknownSince ?? null;
    return code !== "missing" || since === null ? [] : [{ source, message: name + message, since, until }];
  });
}
