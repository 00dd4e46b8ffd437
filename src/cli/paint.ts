/** Colour says again what icon and word already say. */
export type Paint = {
  good(text: string): string;
  waiting(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
};

export function createPaint(isColoured: boolean): Paint {
  const with_ = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { good: with_(32), waiting: with_(33), bad: with_(31), faint: with_(2) };
}
