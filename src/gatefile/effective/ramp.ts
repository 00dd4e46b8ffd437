import type { ApprovalDemand, PromiseDemand, Step } from "../../domain/gate.ts";
import { durationText } from "../../text/duration-text.ts";
import { itemsOf, originBelow, originIn, type Sheet } from "./sheet.ts";
import { type EffectiveLine, line, remark } from "./line.ts";
import { entryAt } from "./origin.ts";
import { demandLines, unbuiltLine } from "./unbuilt.ts";
import { LEAST_DEFAULT_HOLD_MS } from "../gate.ts";
import { slowestOf } from "../lint/hold-settle.ts";
import type { Value } from "../value.ts";

/** Who begins a ramp, and what it drives. Nothing for a gate that only watches. */
export function flagLines(sheet: Sheet): EffectiveLine[] {
  const { gate, namedBy } = sheet;
  const { flag } = gate;
  if (flag === null) return [];
  const origin = (key: string, otherwise = "default"): string => originIn(sheet, otherwise, "flag", key);
  return [
    gate.mode === null
      ? remark("mode", "observe", `default, until \`rampart act ${gate.name}\``)
      : line("mode", gate.mode, originIn(sheet, "default", "mode")),
    gate.start === undefined
      ? line("start", "manual", originIn(sheet, "default", "start"))
      : unbuiltLine("start", gate.start, originIn(sheet, "default", "start")),
    // The short form is the name alone.
    line("flag.unleash", flag.name, origin("unleash", originIn(sheet, "default", "flag"))),
    line("flag.project", flag.project, origin("project")),
    line("flag.server", flag.server, origin("server", namedBy.server)),
    line("flag.environment", flag.environment, origin("environment", namedBy.environment)),
    flag.strategy === null
      ? remark("flag.strategy", "the only one that is enabled", "default, fixed at the start")
      : line("flag.strategy", flag.strategy, origin("strategy")),
    flag.stickiness === null
      ? remark("flag.stickiness", "what the strategy has", "default, pinned at the start")
      : line("flag.stickiness", flag.stickiness, origin("stickiness")),
    (flag.also.length === 0 ? remark : line)("flag.also", flag.also, origin("also")),
    line("flag.propagation", durationText(flag.propagationMs), origin("propagation")),
    ...(flag.decide === undefined ? [] : [unbuiltLine("flag.decide", flag.decide, origin("decide"))]),
    ...(flag.stamp === undefined ? [] : [unbuiltLine("flag.stamp", flag.stamp, origin("stamp"))]),
  ];
}

export function stepLines(sheet: Sheet): EffectiveLine[] {
  const { gate } = sheet;
  const last = gate.steps.at(-1);
  if (last === undefined) return [];
  const items = itemsOf(sheet, "steps");
  return [
    line("stopsAt", `${last.to}%`, originIn(sheet, "default", "stopsAt")),
    ...gate.steps.flatMap((step, index) => {
      const path = `steps[${index}]`;
      const lines = linesOfStep(sheet, step, items[index], path);
      const approve = originBelow(sheet, items[index], "default", "approve");
      const own = gate.promises.filter((demand) => demand.step === index + 1);
      lines.push(
        ...own.flatMap((demand, each) =>
          linesOfPromise(demand, `${path}.approve[${step.approve.length + each}]`, approve),
        ),
      );
      const origin = originBelow(sheet, items[index], "default", "bake");
      return step === last ? [...lines, line(`${path}.bake`, durationText(gate.bakeMs), origin)] : lines;
    }),
  ];
}

/** What must hold before anything grows: promises first. */
export function requirementLines(sheet: Sheet): EffectiveLine[] {
  const items = itemsOf(sheet, "requires").filter((item) => entryAt(item, "approve") !== null);
  const whole = sheet.gate.promises.filter(({ step }) => step === null);
  const promised = whole.flatMap((demand, index) => {
    const origin = originBelow(sheet, items[index], originIn(sheet, "default", "requires"), "approve");
    return linesOfPromise(demand, `requires[${index}].approve`, origin);
  });
  return [...promised, ...demandLines(sheet, whole.length)];
}

function linesOfStep(sheet: Sheet, step: Step, item: Value | undefined, path: string): EffectiveLine[] {
  const origin = (key: string, otherwise: string): string => originBelow(sheet, item, otherwise, key);
  return [
    ...reachLines(step, path, (key) => origin(key, originIn(sheet, "default", "stopsAt"))),
    ...(step.to === 0 ? [line(`${path}.shadow`, true, origin("shadow", "default"))] : []),
    line(`${path}.hold`, durationText(step.holdMs), origin("hold", defaultHold(sheet, step))),
    ...(step.prove === undefined ? [] : [line(`${path}.prove`, step.prove.text, origin("prove", "default"))]),
    ...(step.share === undefined
      ? []
      : [unbuiltLine(`${path}.share`, `${step.share}%`, origin("share", "default"))]),
    ...(step.dither === undefined
      ? []
      : [unbuiltLine(`${path}.dither`, step.dither, origin("dither", "default"))]),
    ...step.approve.flatMap((demand, index) =>
      linesOfDemand(demand, `${path}.approve[${index}]`, origin("approve", "default")),
    ),
  ];
}

function reachLines({ to, audience }: Step, path: string, origin: (key: string) => string): EffectiveLine[] {
  if (audience === undefined) return [line(`${path}.to`, `${to}%`, origin("to"))];
  const values =
    audience.kind === "values" ? [line(`${path}.values`, audience.values, origin("values"))] : [];
  const name = audience.kind === "values" ? audience.label : audience.name;
  return [line(`${path}.segment`, name, origin("segment")), ...values];
}

function defaultHold({ gate, defaults }: Sheet, { holdMs }: Step): string {
  const slowest = slowestOf(gate.signals, gate.flag?.propagationMs ?? 0, defaults.scrapeIntervalMs);
  return slowest === null || holdMs === LEAST_DEFAULT_HOLD_MS
    ? "default"
    : `default, the longest settle: of \`${slowest.signal}\``;
}

function linesOfDemand(demand: ApprovalDemand, path: string, origin: string): EffectiveLine[] {
  return [
    line(`${path}.by`, demand.by, origin),
    line(`${path}.count`, demand.count, origin),
    ...(demand.notAuthor ? [line(`${path}.not`, "author", origin)] : []),
    line(`${path}.expires`, durationText(demand.expiresMs), origin),
    line(`${path}.reject`, demand.onReject, origin),
  ];
}

/** What a hand on the flag does, and how long things wait. */
export function retreatLines(sheet: Sheet): EffectiveLine[] {
  const { gate } = sheet;
  if (gate.flag === null) return [];
  const origin = (...path: readonly string[]): string => originIn(sheet, "default", ...path);
  return [
    line("drift.raised", gate.drift.raised, origin("drift", "raised")),
    line("drift.changed", gate.drift.changed, origin("drift", "changed")),
    line("rollback.to", "0%", origin("rollback", "to")),
    line("rollback.mode", gate.drainMs === undefined ? "revert" : "drain", origin("rollback", "mode")),
    ...(gate.drainMs === undefined
      ? []
      : [line("rollback.drainDeadline", durationText(gate.drainMs), origin("rollback", "drainDeadline"))]),
    line("rollback.haltDeadline", durationText(gate.haltDeadlineMs), origin("rollback", "haltDeadline")),
    line("rollback.cooldown", durationText(gate.cooldownMs), origin("rollback", "cooldown")),
    line("rollback.rotateCohort", gate.rotateCohort === true, origin("rollback", "rotateCohort")),
  ];
}

function linesOfPromise(demand: PromiseDemand, path: string, origin: string): EffectiveLine[] {
  const { by, count, says, expiresMs } = demand;
  return [
    line(`${path}.by`, by, origin),
    line(`${path}.count`, count, origin),
    line(`${path}.once`, true, origin),
    line(`${path}.says`, says, origin),
    ...(expiresMs === null ? [] : [line(`${path}.expires`, durationText(expiresMs), origin)]),
  ];
}
