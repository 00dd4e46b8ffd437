import { blindedBy } from "../domain/blind-window.ts";
import type { Gate, Signal } from "../domain/gate.ts";
import { type GateJudgement, type JudgeContext, judge } from "../domain/judge.ts";
import type { SignalAnswers } from "../domain/reading.ts";
import type { SignalClock } from "../domain/record.ts";
import type { SignalJudgement } from "../domain/verdict.ts";

/** What a signal would have said in a window in which it is not believed. */
export type Unblinded = { readonly window: string; readonly judgement: SignalJudgement };

/**
 * Judges the signals that name windows in `except` a second time, as if they did not, with clocks of their own: so that what
 * the windows keep from stopping a ramp can be told.
 */
export function createUnblinded(gate: Gate) {
  const signals = gate.signals.filter(({ except = [] }) => except.length > 0);
  const bare: Gate = { ...gate, alerts: [], signals: signals.map(withoutWindows) };
  let clocks: Readonly<Record<string, SignalClock>> = {};

  return {
    /** By name, those that a window keeps from being believed at this look. */
    look(
      answers: ReadonlyMap<string, SignalAnswers>,
      context: JudgeContext,
      judged: GateJudgement,
    ): ReadonlyMap<string, Unblinded> {
      if (signals.length === 0) return new Map();
      const seen = judge(bare, answers, { ...context, clocks });
      ({ clocks } = seen);
      const blinded = judged.signals.filter(({ code }) => code === "window");
      return new Map(
        blinded.flatMap(({ signal: name, settleMs }) => {
          const signal = signals.find((each) => each.name === name);
          const judgement = seen.signals.find((each) => each.signal === name);
          if (signal === undefined || judgement === undefined) return [];
          const window = blindedBy(signal, settleMs, context.now)?.window ?? "";
          return [[name, { window, judgement }] as const];
        }),
      );
    },
  };
}

function withoutWindows({ except: _except, ...signal }: Signal): Signal {
  return signal;
}
