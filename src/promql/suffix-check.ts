import type { SyntaxNode } from "@lezer/common";

import { expressions } from "./expression.ts";
import type { ResultKind } from "./functions.ts";
import { durationFault } from "./number-literal.ts";
import type { Tell } from "./type-check.ts";

/** What has been read so far of an expression and of what stands behind it. */
export type Shape = {
  readonly form: "selector" | "range" | "subquery" | "other";
  readonly kind: ResultKind;
  /** Modifiers that are there already. */
  readonly fixed: readonly ("offset" | "@")[];
};

/** The shape with the suffix behind it, and what is wrong with that. */
export function applySuffix(shape: Shape, suffix: SyntaxNode, text: string, tell: Tell): Shape {
  const { from, written } = placeOf(suffix, text);
  const fault = (message: string, suggestion: string | null = null): void =>
    tell({ kind: "type", from, to: suffix.to, message, suggestion });
  for (const duration of suffix.getChildren("DurationExpr")) {
    const wrong = durationFault(text.slice(duration.from, duration.to), "positive");
    if (wrong !== null) tell({ kind: "type", from: duration.from, to: duration.to, ...wrong });
  }
  switch (suffix.name) {
    case "MatrixSelector":
      if (shape.form === "selector" && shape.fixed.length > 0) {
        fault(`a range stands before \`${shape.fixed[0]}\``, `write \`x${written} ${shape.fixed[0]} ...\``);
      } else if (shape.form !== "selector") {
        const subquery = written.replace(/\]$/, ":]");
        const suggestion =
          shape.kind === "instant vector" ? `write \`${subquery}\` for a subquery over the expression` : null;
        fault("a range stands behind a selector only", suggestion);
      }
      return { ...shape, form: "range", kind: "range vector" };
    case "SubqueryExpr":
      if (shape.kind !== "instant vector") {
        fault(`a subquery asks for an instant vector again and again, and this is a ${shape.kind}`);
      }
      return { form: "subquery", kind: "range vector", fixed: [] };
    case "OffsetExpr":
    case "StepInvariantExpr":
      return moved(shape, suffix, text, fault);
    default:
      if (shape.form !== "selector" && shape.form !== "range")
        fault(`\`${written}\` stands behind a selector or its range only`);
      return shape;
  }
}

function moved(
  shape: Shape,
  suffix: SyntaxNode,
  text: string,
  fault: (message: string, suggestion?: string | null) => void,
): Shape {
  const modifier = suffix.name === "OffsetExpr" ? "offset" : "@";
  if (shape.form === "other") {
    fault(
      `\`${modifier}\` stands behind a selector, its range or a subquery only`,
      "put it behind the selector",
    );
  } else if (shape.fixed.includes(modifier)) {
    fault(`\`${modifier}\` is there twice`);
  }
  const moment = modifier === "@" ? suffix.getChild("NumberDurationLiteral") : null;
  if (moment !== null && !isMoment(text.slice(moment.from, moment.to)))
    fault("`@` needs a point in time in seconds");
  const shift = suffix.getChild("OffsetDurationExpr");
  const wrong = shift === null ? null : durationFault(text.slice(shift.from, shift.to), "any");
  if (wrong !== null) fault(wrong.message, wrong.suggestion);
  return { ...shape, fixed: [...shape.fixed, modifier] };
}

/** A 64 bit integer of seconds; hours and minutes are not refused, for newer Prometheus reads them as numbers. */
function isMoment(written: string): boolean {
  const seconds = Number(written.replaceAll("_", ""));
  return !/inf|nan/i.test(written) && !(Math.abs(seconds) >= 2 ** 63);
}

/** Where the suffix itself begins, and its text. */
function placeOf(suffix: SyntaxNode, text: string): { readonly from: number; readonly written: string } {
  const behind = expressions(suffix)[0]?.to ?? suffix.from;
  const written = text.slice(behind, suffix.to);
  return { from: suffix.to - written.trimStart().length, written: written.trim() };
}
