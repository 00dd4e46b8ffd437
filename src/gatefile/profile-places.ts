import type { Parameter } from "./parameters.ts";
import type { Complain } from "./problem-list.ts";
import { referencesIn, WHOLE_REFERENCE } from "./substitution.ts";
import { textOf } from "./text.ts";
import type { MapValue, Scalar, Value } from "./value.ts";

/** Where `$name` is replaced by a value of its own, and not inside a string. */
const WHOLE =
  /^(?:owner|service|runbook|signals\[\]\.(?:owner|runbook|with\.[^.]+)|requires\[\]\.with\.[^.]+)$/;

/** Texts that take parameters by their own grammar, and what is read before any is put in. */
const IN_GRAMMAR =
  /^(?:params\b.*|alerts\[\](?:\.match|\.witness)?|signals\[\]\.(?:query|samples|bad|asOf|witness))$/;

/** The profile with values in place of every `$name` that stands for a whole one. Others are left as they are. */
export function putWhole(root: MapValue, values: ReadonlyMap<string, Value>): MapValue {
  return mapped(root, "", (scalar, path) => {
    const name = WHOLE.test(path) ? referenceIn(scalar) : null;
    return (name === null ? undefined : values.get(name)) ?? scalar;
  });
}

/** R150, R174: complains about every `$name` that nothing would ever be put in for. */
export function checkPlaces(root: MapValue, declared: readonly Parameter[], complain: Complain): void {
  const isDeclared = (name: string): boolean => declared.some((each) => each.name === name);
  mapped(root, "", (scalar, path) => {
    if (IN_GRAMMAR.test(path) || typeof scalar.value !== "string") return scalar;
    const whole = WHOLE.test(path) ? referenceIn(scalar) : null;
    if (whole !== null) {
      if (!isDeclared(whole)) {
        const message = `\`$${whole}\` is not a parameter that is declared`;
        complain({ code: "R150", at: scalar.at, message, suggestion: "declare it under `params:`" });
      }
      return scalar;
    }
    for (const { name, from, to } of referencesIn(scalar.value)) {
      if (!isDeclared(name)) continue;
      const message = WHOLE.test(path)
        ? `\`$${name}\` is put in only where it is the whole value`
        : `\`$${name}\` is not put in here`;
      complain({ code: "R174", at: textOf(scalar).spanOf(from, to), message });
    }
    return scalar;
  });
}

function referenceIn({ value }: Scalar): string | null {
  return typeof value === "string" ? (WHOLE_REFERENCE.exec(value.trim())?.[1] ?? null) : null;
}

/** Every scalar replaced by what `change` makes of it. Paths are keys with `.` between them and `[]` for items. */
function mapped(map: MapValue, path: string, change: (scalar: Scalar, path: string) => Value): MapValue {
  const below = (value: Value, at: string): Value => {
    if (value.kind === "scalar") return change(value, at);
    if (value.kind === "map") return mapped(value, at, change);
    if (value.kind === "list") return { ...value, items: value.items.map((item) => below(item, `${at}[]`)) };
    return value;
  };
  const entries = map.entries.map((entry) => ({
    ...entry,
    value: below(entry.value, path === "" ? entry.key : `${path}.${entry.key}`),
  }));
  return { ...map, entries };
}
