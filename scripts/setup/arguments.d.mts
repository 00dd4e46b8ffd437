export type Asked =
  | { readonly purpose: string; readonly command: readonly string[] }
  | { readonly problem: string };

export function parseArguments(argv: readonly string[]): Asked;
