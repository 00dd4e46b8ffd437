import type { Signal } from "../../domain/gate.ts";
import type { Instant } from "../../domain/instant.ts";
import type { Problem } from "../../domain/problem.ts";
import type { PlacedGate } from "../../gatefile/placed-gates.ts";
import { problemList } from "../../gatefile/problem-list.ts";
import type { History } from "../ports.ts";
import { askFlag, type FlagPorts } from "./ask-flag.ts";
import { askGuards } from "./ask-guards.ts";
import { askPast } from "./ask-past.ts";
import { askProof } from "./ask-proof.ts";
import { askSignal, type MetricPorts } from "./ask-signal.ts";
import { askTargets } from "./ask-targets.ts";
import { type OnlineFault, type Told, together } from "./told.ts";

export type OnlinePorts = MetricPorts & {
  readonly history: History;
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
      const [signals, proof, targets, guards] = await Promise.all([
        Promise.all(gate.signals.map((signal) => askWhole(placed, signal, ports, now))),
        askProof(gate, ports.history, now),
        askTargets(gate, ports.catalogue, now),
        askGuards(gate, ports, now),
      ]);
      [...proof.unseen, ...targets.unseen, ...guards.unseen].forEach((each) => unseen.add(each));
      for (const { guard, ...fault } of guards.faults)
        list.complain(complaintOf(fault, placed.inAlert(guard)));
      for (const { step, ...fault } of proof.faults) list.complain(complaintOf(fault, placed.inStep(step)));
      for (const [index, { faults, unseen: own }] of signals.entries()) {
        own.forEach((each) => unseen.add(each));
        for (const fault of faults) list.complain(complaintOf(fault, placed.inSignal(index, fault.part)));
      }
      for (const { signal, ...fault } of targets.faults)
        list.complain(complaintOf(fault, placed.inSignal(signal, fault.part)));
      if (gate.flag === null || ports.unleash === null) return;
      const flag = await askFlag(gate.flag, ports.unleash);
      flag.unseen.forEach((each) => unseen.add(each));
      for (const fault of flag.faults) list.complain(complaintOf(fault, placed.inFlag("stickiness")));
    }),
  );
  return { problems: list.problems, unseen: [...unseen].toSorted() };
}

async function askWhole(
  { gate }: PlacedGate,
  signal: Signal,
  ports: OnlinePorts,
  now: Instant,
): Promise<Told> {
  return together(
    await Promise.all([askSignal(signal, ports, now), askPast(gate, signal, ports.history, now)]),
  );
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
