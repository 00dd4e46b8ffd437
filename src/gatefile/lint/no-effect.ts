import type { GateFields } from "../gate-keys.ts";
import type { Complain } from "../problem-list.ts";
import type { Span } from "../source.ts";

type Place = { readonly key: string; readonly at: Span };

/** R191: keys that are read and checked, and that this version does nothing about. */
export function noEffect(fields: GateFields, complain: Complain): void {
  for (const { key, at } of [...ofGate(fields), ...ofFlag(fields), ...ofParts(fields)]) {
    complain({ code: "R191", at, message: `\`${key}\` is read and checked, and has no effect yet` });
  }
}

/** A default that is written out asks for nothing; a value that is no good is complained about as such. */
function ofGate(fields: GateFields): readonly Place[] {
  const { start, priority, rollback } = fields.values;
  const keys = (["touches", "calendars", "debt", "evidence"] as const).filter(
    (key) => fields.values[key] !== undefined,
  );
  const reconcile = rollback?.reconcile ?? null;
  return [
    ...keys.map((key) => ({ key, at: fields.at(key) })),
    ...(priority === undefined || priority === 0 ? [] : [{ key: "priority", at: fields.at("priority") }]),
    ...(start === "auto" ? [{ key: "start: auto", at: fields.at("start") }] : []),
    ...(reconcile === null || reconcile.tasks === null
      ? []
      : [{ key: "rollback.reconcile", at: reconcile.at }]),
  ];
}

function ofFlag({ values: { flag } }: GateFields): readonly Place[] {
  if (flag?.kind !== "fields") return [];
  const { fields } = flag;
  return [
    ...(fields.values.stamp !== undefined ? [{ key: "flag.stamp", at: fields.at("stamp") }] : []),
    ...(fields.values.decide === "once" ? [{ key: "flag.decide", at: fields.at("decide") }] : []),
  ];
}

function ofParts({ values: { requires = [], steps = [] } }: GateFields): readonly Place[] {
  return [
    ...requires.flatMap(({ kind, head }) =>
      kind === "approve" ? [] : [{ key: `requires: ${kind}`, at: head }],
    ),
    ...steps.flatMap((step) => [
      ...(step.values.share !== undefined ? [{ key: "share", at: step.at("share") }] : []),
      ...(step.values.dither === true ? [{ key: "dither", at: step.at("dither") }] : []),
    ]),
  ];
}
