import type { Unit } from "../domain/gate.ts";
import type { Baseline } from "../domain/limit.ts";
import type { Amount } from "./limit-text.ts";
import type { RuleCode } from "./rules.ts";

type Misfit = { readonly code: RuleCode; readonly message: string; readonly suggestion: string };

type BaseValue =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly misfit: Misfit };

/** The amount in the signal's base unit: shares 0 to 1, seconds, plain numbers. A bare 0 fits everywhere. */
export function inBaseUnit(amount: Amount, unit: Unit): BaseValue {
  if (amount.unit === null && Number(amount.digits) === 0) return value(0);
  if (amount.digits.startsWith("-") && unit !== "none") {
    return misfit("R222", `a ${nounOf(unit)} is never below 0`, "write a value of 0 or more");
  }
  switch (unit) {
    case "ratio":
      return ratio(amount);
    case "seconds":
      return seconds(amount);
    case "count":
      return amount.unit === null
        ? value(Number(amount.digits))
        : misfit(
            "R222",
            `the signal is a count, and ${written(amount)} is not a plain number`,
            otherUnit(amount, "a plain number"),
          );
    case "none":
      return plain(amount);
  }
}

/** The amount of a limit with a baseline: a distance in points, or a share of it. */
export function inShareOf(amount: Amount, baseline: Baseline): BaseValue {
  const isShare = baseline.startsWith("of ");
  const fits = amount.unit === "%" || amount.unit === (isShare ? "x" : "pp");
  if (fits && !amount.digits.startsWith("-")) return ratio(amount);
  const form = isShare ? "a percent or a factor, e.g. `95%` or `2x`" : "points, e.g. `0.3pp`";
  return misfit("R222", `${written(amount)} does not fit \`${baseline}\``, `write ${form}`);
}

function ratio(amount: Amount): BaseValue {
  // Through the decimal exponent, so that 0.07% is 0.0007 and not 0.0007000000000000001.
  if (amount.unit === "%" || amount.unit === "pp") return value(Number(`${amount.digits}e-2`));
  if (amount.unit === "x") return value(Number(amount.digits));
  if (amount.unit !== null) {
    return misfit(
      "R222",
      `the signal is a ratio, and ${written(amount)} is not a share`,
      otherUnit(amount, "a percent, e.g. `0.5%`"),
    );
  }
  const number = Number(amount.digits);
  const share = `${Number(`${amount.digits}e2`)}%`;
  return misfit(
    "R203",
    `\`${amount.digits}\` on a ratio could mean a share or a percent`,
    number < 1
      ? `write \`${share}\`, or \`${amount.digits}%\` if that was meant`
      : `write \`${amount.digits}%\``,
  );
}

function seconds(amount: Amount): BaseValue {
  if (amount.ms !== null) return value(amount.ms / 1_000);
  if (amount.unit === null) {
    return misfit(
      "R203",
      `\`${amount.digits}\` has no unit, and the signal is a time`,
      `write \`${amount.digits}s\` or \`${amount.digits}m\``,
    );
  }
  return misfit(
    "R222",
    `the signal is a time, and ${written(amount)} is not a duration`,
    "write a duration, e.g. `20m`",
  );
}

function plain(amount: Amount): BaseValue {
  if (amount.unit === null || amount.unit === "x" || amount.unit === "/s")
    return value(Number(amount.digits));
  if (amount.unit === "/h") return value(Number(amount.digits) / 3_600);
  return misfit(
    "R222",
    `the signal states no unit that ${written(amount)} fits`,
    otherUnit(amount, "a plain number"),
  );
}

function otherUnit(amount: Amount, form: string): string {
  if (amount.unit === "%" || amount.unit === "pp") return `write ${form}, or give the signal \`unit: ratio\``;
  if (amount.unit === "duration") return `write ${form}, or give the signal \`unit: seconds\``;
  return `write ${form}`;
}

function written(amount: Amount): string {
  return `\`${amount.digits}${amount.unit === null || amount.unit === "duration" ? "" : amount.unit}\``;
}

function nounOf(unit: Unit): string {
  return { ratio: "ratio", count: "count", seconds: "time", none: "value" }[unit];
}

function value(number: number): BaseValue {
  return { ok: true, value: number };
}

function misfit(code: RuleCode, message: string, suggestion: string): BaseValue {
  return { ok: false, misfit: { code, message, suggestion } };
}
