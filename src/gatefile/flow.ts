import type { Flow, FlowPolicy } from "../domain/flow.ts";
import type { Windows } from "./calendar.ts";
import type { Defaults } from "./defaults.ts";
import { FLOW_SHAPE, type FlowFields } from "./flow-keys.ts";
import type { Library } from "./library.ts";
import { flowBudget } from "./lint/budget.ts";
import { signalNames } from "./lint/signal-names.ts";
import { readMap } from "./mapping.ts";
import { DEFAULT_MISSING } from "./missing-bounds.ts";
import type { Complain, ProblemList } from "./problem-list.ts";
import { checkQuery } from "./query-check.ts";
import { resolveStage, resolveWindows } from "./references.ts";
import { resolveSignal } from "./signal.ts";
import type { MapValue } from "./value.ts";

/** One `flow/v1` file, read alone. */
export type FlowDraft = {
  readonly name: string | null;
  readonly path: string;
  readonly fields: FlowFields;
  readonly list: ProblemList;
};

export function readFlow(root: MapValue, list: ProblemList): FlowDraft | undefined {
  const fields = readMap(root, FLOW_SHAPE, list.complain);
  if (fields === undefined) return undefined;
  return { name: fields.values.name ?? null, path: root.at.file.path, fields, list };
}

const DEFAULT_POLICY: FlowPolicy = {
  unproven: 30,
  bakeCounts: 10,
  separation: "auto",
  tieBreak: ["priority", "oldest"],
  unattributed: "halt-all",
};

/** The whole flow with defaults put in; null when anything about it is an error. */
export function resolveFlow(
  { fields, list }: FlowDraft,
  surroundings: { readonly library: Library; readonly windows: Windows },
  defaults: Defaults,
): Flow | null {
  const { complain } = list;
  const given = fields.values;
  hasOwner(fields, complain);
  if (given.value !== undefined) checkQuery(given.value, complain);
  for (const { value } of given.services ?? []) resolveStage(value, fields, complain);
  resolveWindows(given.calendars ?? [], surroundings.windows, complain);
  const source = given.source ?? defaults.source;
  const { scrapeIntervalMs } = defaults;
  const context = { ...surroundings, profile: null, source, missing: DEFAULT_MISSING, scrapeIntervalMs };
  const [breakers, panic] = [given.breakers, given.panic].map((written) => {
    const resolved = (written ?? []).map((each) => resolveSignal(each, context, complain));
    const signals = resolved.filter((each) => each !== null);
    signalNames(signals, complain);
    return signals.map(({ signal }) => signal);
  });
  const policy = { ...DEFAULT_POLICY, ...given.policy?.values };
  flowBudget({ policy }, fields, complain);
  if (list.hasErrors() || given.name === undefined) return null;
  return {
    name: given.name,
    title: given.title ?? null,
    owner: given.owner ?? null,
    oncall: given.oncall ?? null,
    stages: (given.stages ?? []).map(({ value }) => value),
    integrations: (given.integrations ?? []).map(({ value }) => value),
    entities: (given.entities ?? []).map(({ name, value: { values } }) => ({
      name,
      record: values.record ?? "",
      owner: values.owner ?? null,
      contract: values.contract ?? null,
    })),
    services: (given.services ?? []).map(({ name, value }) => ({ service: name, stage: value.value })),
    value: given.value?.text.trim() ?? null,
    policy,
    breakers: breakers ?? [],
    panic: panic ?? [],
    calendars: (given.calendars ?? []).map(({ value }) => value),
    debt: { tolerate: given.debt?.values.tolerate ?? 0, waiver: given.debt?.values.waiver ?? null },
  };
}

/** R401: a flow has an owner; what to do at night stands with its breakers. */
function hasOwner(fields: FlowFields, complain: Complain): void {
  if (fields.has("owner")) return;
  complain({
    code: "R401",
    at: fields.head,
    message: "the flow has no owner",
    suggestion: "add `owner:` with a team's name",
  });
}

export type Flows = ReadonlyMap<string, { readonly flow: Flow | null; readonly draft: FlowDraft }>;

/** All flows by name, with null for those that cannot be used. Two with one name are both refused. */
export function joinFlows(
  drafts: readonly FlowDraft[],
  surroundings: { readonly library: Library; readonly windows: Windows },
  defaults: Defaults,
  begins: (path: string) => void,
): Flows {
  const joined = new Map<string, { flow: Flow | null; draft: FlowDraft }>();
  for (const draft of drafts) {
    begins(draft.path);
    const flow = resolveFlow(draft, surroundings, defaults);
    if (draft.name === null) continue;
    const other = drafts.find((each) => each !== draft && each.name === draft.name);
    joined.set(draft.name, { flow: other === undefined ? flow : null, draft });
    if (other === undefined) continue;
    draft.list.complain({
      code: "R507",
      at: draft.fields.at("name"),
      message: `${other.path} declares a flow with the same name`,
      suggestion: "rename one of them",
    });
  }
  return joined;
}
