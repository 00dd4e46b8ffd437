export type Lock = {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly optional?: boolean; readonly devOptional?: boolean }>
  >;
};

export function compareWithLock(
  lock: Lock,
  installed: { readonly packages: Readonly<Record<string, unknown>> },
): { readonly count: number; readonly missing: readonly string[]; readonly superfluous: readonly string[] };
