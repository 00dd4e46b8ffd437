import type { CalendarWindow } from "../domain/calendar.ts";
import { nearestName } from "../text/nearest-name.ts";
import type { Windows } from "./calendar.ts";
import type { FlowDraft, Flows } from "./flow.ts";
import type { FlowFields } from "./flow-keys.ts";
import type { Placed } from "./names.ts";
import type { Complain } from "./problem-list.ts";
import type { RuleCode } from "./rules.ts";

/** R501, R508: the flow of that name; null when there is none that can be used, which is complained. */
export function resolveFlowName(written: Placed<string>, flows: Flows, complain: Complain): FlowDraft | null {
  const found = flows.get(written.value);
  if (found === undefined) {
    unknown("R501", "flow", written, [...flows.keys()], "declare it in a `flow/v1` file", complain);
  } else if (found.flow === null) {
    unusable("flow", written, found.draft.path, complain);
  }
  return found?.draft ?? null;
}

/** R505: whether the flow has that stage. */
export function resolveStage(written: Placed<string>, flow: FlowFields, complain: Complain): void {
  // Stages that could not be read may well have had it.
  const { stages, name } = flow.values;
  if (stages === undefined || stages.some(({ value }) => value === written.value)) return;
  const known = stages.map(({ value }) => value);
  const help = `its stages: ${known.map((each) => `\`${each}\``).join(", ")}`;
  const near = nearestName(written.value, known);
  complain({
    code: "R505",
    at: written.at,
    message: `the flow${name === undefined ? "" : ` \`${name}\``} has no stage \`${written.value}\``,
    suggestion: near === null ? help : `did you mean \`${near}\`?`,
  });
}

/** R703, R508: the windows of those names that can be used. */
export function resolveWindows(
  written: readonly Placed<string>[],
  windows: Windows,
  complain: Complain,
): readonly CalendarWindow[] {
  return written.flatMap((each) => {
    const found = windows.get(each.value);
    if (found === undefined) {
      unknown("R703", "window", each, [...windows.keys()], "declare it in a `calendar/v1` file", complain);
    } else if (found.window === null) {
      unusable("window", each, found.path, complain);
    }
    return found?.window ?? [];
  });
}

/** R506: whether there is a gate of that name; whether it can be used now is its own affair. */
export function resolveGateName(written: Placed<string>, gates: readonly string[], complain: Complain): void {
  if (gates.includes(written.value)) return;
  unknown("R506", "gate", written, gates, "declare it in a `gate/v1` file", complain);
}

function unknown(
  code: RuleCode,
  what: string,
  { value, at }: Placed<string>,
  known: readonly string[],
  otherwise: string,
  complain: Complain,
): void {
  const near = nearestName(value, known);
  const suggestion = near === null ? otherwise : `did you mean \`${near}\`?`;
  complain({ code, at, message: `there is no ${what} \`${value}\``, suggestion });
}

function unusable(what: string, { value, at }: Placed<string>, path: string, complain: Complain): void {
  complain({ code: "R508", at, message: `the ${what} \`${value}\` has problems of its own in ${path}` });
}
