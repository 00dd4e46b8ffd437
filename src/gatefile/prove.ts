import type { Prove } from "../domain/gate.ts";
import type { Read } from "./leaf.ts";
import { shaped } from "./read.ts";
import { textOf } from "./text.ts";
import { nameOfKind } from "./value.ts";

const SENTENCE = /^(\d{1,2}(?:\.\d{1,6})?)%( over control)?$/;

/** `0.5%`, or `0.5% over control`. */
export const proveSentence: Read<Prove> = shaped(
  { type: "string", pattern: SENTENCE.source },
  (value, complain) => {
    if (value.kind === "refused") return undefined;
    const written = value.kind === "scalar" ? textOf(value).text.trim() : "";
    const [, digits = "0", over] = SENTENCE.exec(written) ?? [];
    // Through the decimal exponent, so that 0.07% is 0.0007.
    const ratio = Number(`${digits}e-2`);
    if (ratio > 0) return { text: written, ratio, ...(over === undefined ? {} : { overControl: true }) };
    complain({
      code: "R108",
      at: value.at,
      message: `must be the ratio of bad outcomes to exclude, not ${nameOfKind(value)}`,
      suggestion: "write a percent above 0, e.g. `0.5%`, or `0.5% over control`",
    });
    return undefined;
  },
);
