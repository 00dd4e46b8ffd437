export function withInterval(text: string, interval: string): string;

export function writeFastRules(
  ruleFiles: readonly string[],
  folder: string,
  interval: string,
): Promise<readonly string[]>;
