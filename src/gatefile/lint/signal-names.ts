import type { Complain } from "../problem-list.ts";
import type { PlacedSignal } from "../signal.ts";

/** R140: evidence and messages tell signals apart by name. */
export function signalNames(signals: readonly PlacedSignal[], complain: Complain): void {
  const seen = new Set<string>();
  for (const { signal, at } of signals) {
    if (seen.has(signal.name)) {
      const message = `another signal of the gate is called \`${signal.name}\``;
      complain({ code: "R140", at, message, suggestion: "give this one another `name:`" });
    }
    seen.add(signal.name);
  }
}
