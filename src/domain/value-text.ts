import type { Signal } from "./gate.ts";
import { SECOND, formatMillis } from "./instant.ts";

/** A signal's value as people read it: a ratio as percent, seconds as a duration, anything else as a number. */
export function formatValue(signal: Pick<Signal, "unit">, value: number): string {
  switch (signal.unit) {
    case "ratio":
      return `${significant(value * 100)}%`;
    case "seconds": {
      const text = formatMillis(Math.abs(value) * SECOND);
      return value < 0 ? `-${text}` : text;
    }
    case "count":
    case "none":
      return significant(value);
  }
}

/** Up to four significant digits, no trailing zeros, never an exponent for everyday sizes. */
function significant(value: number): string {
  return String(Number(value.toPrecision(4)));
}
