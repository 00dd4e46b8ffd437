/** Colour says again what icon and word already say. */
export type Paint = {
  readonly good: (text: string) => string;
  readonly waiting: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
};

export function createPaint(isColoured: boolean): Paint {
  const coloured = (code: number) => (text: string) =>
    isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { good: coloured(32), waiting: coloured(33), bad: coloured(31), faint: coloured(2) };
}
