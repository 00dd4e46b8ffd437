import { durationText } from "../../text/duration-text.ts";
import type { GivenFile } from "../decode.ts";
import type { Defaults } from "../defaults.ts";
import { alertLines } from "./alert.ts";
import { type EffectiveLine, line, missingText, remark } from "./line.ts";
import { flagLines, requirementLines, retreatLines, stepLines } from "./ramp.ts";
import { signalLines } from "./signal.ts";
import { couplingLines, reconcileLines } from "./unbuilt.ts";
import { DEFAULT_MISSING } from "../missing-bounds.ts";
import { originsOf } from "./origin.ts";
import { understand } from "../parse-files.ts";
import { type NamedBy, originIn, type Sheet } from "./sheet.ts";

/**
 * The gate of a file as it takes effect: its profile and libraries laid in, parameters put in, and every default. The
 * lines without the remarks are a file that means the same. Null: the file declares no gate that can be used.
 */
export function effectiveGate(
  path: string,
  files: readonly GivenFile[],
  defaults: Defaults,
  namedBy: NamedBy,
): readonly EffectiveLine[] | null {
  const { resolved, shelf } = understand(files, defaults);
  const found = resolved.find(({ file }) => file.path === path);
  if (found === undefined) return null;
  const { gate, root, fields } = found;
  const profile = shelf.profiles.get(fields.values.profile ?? "");
  const origins = originsOf(root.at.file, profile ?? null);
  const sheet = { gate, root, fields, library: shelf.library, origins, namedBy, defaults };
  return [
    ...headLines(sheet),
    ...flagLines(sheet),
    ...stepLines(sheet),
    ...requirementLines(sheet),
    ...couplingLines(sheet),
    ...signalLines(sheet),
    ...alertLines(sheet),
    ...dataLines(sheet),
    ...retreatLines(sheet),
    ...reconcileLines(sheet),
  ];
}

function headLines(sheet: Sheet): EffectiveLine[] {
  const { gate, fields } = sheet;
  const texts = (["title", "owner", "runbook", "change", "service"] as const).flatMap((key) => {
    const text = gate[key];
    return text === null ? [] : [line(key, text, originIn(sheet, "default", key))];
  });
  const { profile } = fields.values;
  return [
    line("schema", "gate/v1", originIn(sheet, "default", "schema")),
    line("name", gate.name, originIn(sheet, "default", "name")),
    ...texts,
    ...(profile === undefined ? [] : [remark("profile", profile, originIn(sheet, "default", "profile"))]),
    ...(fields.values.with ?? []).map(({ name, value }) =>
      remark(`with.${name}`, value, originIn(sheet, "default", "with", name)),
    ),
    line("every", durationText(gate.everyMs), originIn(sheet, "default", "every")),
    line(
      "source",
      fields.values.source ?? sheet.defaults.source ?? "",
      originIn(sheet, sheet.namedBy.source, "source"),
    ),
    ...(gate.service === null
      ? []
      : [line("onDeploy", gate.onDeploy, originIn(sheet, "default", "onDeploy"))]),
  ];
}

function dataLines(sheet: Sheet): EffectiveLine[] {
  const { data } = sheet.gate;
  const origin = (key: string): string => originIn(sheet, "default", "data", key);
  return [
    line("data.missing", data.missing, origin("missing")),
    line(
      "data.missingFor",
      missingText(sheet.fields.values.data?.missing ?? DEFAULT_MISSING),
      origin("missingFor"),
    ),
    line("data.dark", data.darkRollbackMs === null ? "halt" : "rollback", origin("dark")),
  ];
}
