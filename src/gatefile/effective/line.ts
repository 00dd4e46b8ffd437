import type { MissingBounds } from "../../domain/gate.ts";
import { durationText } from "../../text/duration-text.ts";

/** A value as a file would hold it. */
export type EffectiveValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

/** One line of a gate as it takes effect, and where it comes from. */
export type EffectiveLine = {
  /** Keys with `.` between them and `[n]` for items: `signals[0].query`. */
  readonly path: string;
  readonly value: EffectiveValue;
  readonly origin: string;
  /** Said to people and no part of the file: it has no key, or writing it down would change what the gate means. */
  readonly isRemark: boolean;
};

export function line(path: string, value: EffectiveValue, origin: string): EffectiveLine {
  return { path, value, origin, isRemark: false };
}

export function remark(path: string, value: EffectiveValue, origin: string): EffectiveLine {
  return { path, value, origin, isRemark: true };
}

/** `{ 30m: halt, 2h: rollback }`. */
export function missingText({ haltMs, rollbackMs }: MissingBounds): Readonly<Record<string, string>> {
  return {
    ...(haltMs === null ? {} : { [durationText(haltMs)]: "halt" }),
    ...(rollbackMs === null ? {} : { [durationText(rollbackMs)]: "rollback" }),
  };
}
