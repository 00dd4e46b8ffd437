import type { Flow } from "../../domain/flow.ts";
import type { Gate } from "../../domain/gate.ts";
import type { FlowFields } from "../flow-keys.ts";
import type { Flows } from "../flow.ts";
import type { GateFields } from "../gate-keys.ts";
import type { Complain } from "../problem-list.ts";

/** R504: beside a ramp that bakes another one must find room for its least step. */
export function flowBudget({ policy }: Pick<Flow, "policy">, fields: FlowFields, complain: Complain): void {
  const { unproven, bakeCounts } = policy;
  // Independent cohorts: the share of everybody that is on either path.
  const least = 100 - ((100 - bakeCounts) * (100 - 1)) / 100;
  if (least <= unproven) return;
  const written = fields.values.policy;
  const key = written?.has("bakeCounts") === true ? "bakeCounts" : "unproven";
  complain({
    code: "R504",
    at: written?.at(key) ?? fields.head,
    message: `beside a ramp that bakes (${bakeCounts}%) another one exposes more than ${unproven}% with its first 1%`,
    suggestion: "write a smaller `bakeCounts`, or a greater `unproven`",
  });
}

/** R504: a ramp whose first step is above what a flow allows to all can begin only while it is alone there. */
export function firstStep(gate: Gate, fields: GateFields, flows: Flows, complain: Complain): void {
  const index = gate.steps.findIndex(({ to }) => to > 0);
  const step = gate.steps[index];
  if (step === undefined) return;
  for (const { flow } of gate.touches ?? []) {
    const unproven = flows.get(flow)?.flow?.policy.unproven;
    const share = step.audience === undefined ? step.to : step.share;
    if (unproven === undefined || share === undefined || share <= unproven) continue;
    const written = fields.values.steps?.[index];
    complain({
      code: "R504",
      at: written?.at(step.audience === undefined ? "to" : "share") ?? fields.at("touches"),
      message: `the first step takes ${share}%, and \`${flow}\` allows ${unproven}% to all ramps together: it can begin only alone`,
      suggestion: `begin with ${unproven}% or less`,
    });
  }
}
