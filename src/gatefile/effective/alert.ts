import type { AlertGuard } from "../../domain/gate.ts";
import { itemsOf, originBelow, originIn, type Sheet } from "./sheet.ts";
import { type EffectiveLine, line, missingText } from "./line.ts";
import type { Value } from "../value.ts";

export function alertLines(sheet: Sheet): EffectiveLine[] {
  const items = itemsOf(sheet, "alerts");
  return sheet.gate.alerts.flatMap((guard, index) => linesOf(sheet, guard, items[index], `alerts[${index}]`));
}

function linesOf(sheet: Sheet, guard: AlertGuard, item: Value | undefined, path: string): EffectiveLine[] {
  const origin = (key: string, otherwise = "default"): string => originBelow(sheet, item, otherwise, key);
  // Where the guard is its matchers alone, they are the item itself.
  const alone = item === undefined ? "default" : sheet.origins.at(item.at);
  const bounds = originIn(sheet, "default", "data", "missingFor");
  return [
    line(`${path}.match`, guard.match, origin("match", alone)),
    line(`${path}.pending`, guard.pending, origin("pending")),
    line(`${path}.firing`, guard.firing, origin("firing")),
    line(`${path}.critical`, guard.critical, origin("critical")),
    line(`${path}.silenced`, guard.silenced, origin("silenced")),
    ...(guard.witness === null ? [] : [line(`${path}.witness`, guard.witness, origin("witness"))]),
    line(`${path}.missingFor`, missingText(guard.missing), origin("missingFor", bounds)),
  ];
}
