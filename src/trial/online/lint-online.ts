import type { Instant } from "../../domain/instant.ts";
import type { Problem } from "../../domain/problem.ts";
import type { PlacedGate } from "../../gatefile/placed-gates.ts";
import { problemList } from "../../gatefile/problem-list.ts";
import { askFlag, type FlagPorts } from "./ask-flag.ts";
import { askSignal, type MetricPorts } from "./ask-signal.ts";
import type { OnlineFault } from "./told.ts";

export type OnlinePorts = MetricPorts & {
  /** Null: no Unleash was named, which is a remark. */
  readonly unleash: FlagPorts | null;
};

export type OnlineLint = {
  readonly problems: readonly Problem[];
  /** What could not be found out, and why: nothing follows from it. */
  readonly unseen: readonly string[];
};

/** Asks Prometheus and Unleash about every gate. Nothing is written anywhere. */
export async function lintOnline(
  gates: readonly PlacedGate[],
  ports: OnlinePorts,
  now: Instant,
): Promise<OnlineLint> {
  const list = problemList();
  const unseen = new Set<string>();
  await Promise.all(
    gates.map(async (placed) => {
      const { gate } = placed;
      const signals = await Promise.all(gate.signals.map((signal) => askSignal(signal, ports, now)));
      for (const [index, { faults, unseen: own }] of signals.entries()) {
        own.forEach((each) => unseen.add(each));
        for (const fault of faults) list.complain(complaintOf(fault, placed.inSignal(index, fault.part)));
      }
      if (gate.flag === null || ports.unleash === null) return;
      const flag = await askFlag(gate.flag, ports.unleash);
      flag.unseen.forEach((each) => unseen.add(each));
      for (const fault of flag.faults) list.complain(complaintOf(fault, placed.inFlag("stickiness")));
    }),
  );
  return { problems: list.problems, unseen: [...unseen].toSorted() };
}

function complaintOf(
  { code, message, suggestion, severity }: OnlineFault,
  at: ReturnType<PlacedGate["inSignal"]>,
) {
  return {
    code,
    at,
    message,
    suggestion: suggestion ?? null,
    ...(severity === undefined ? {} : { severity }),
  };
}
