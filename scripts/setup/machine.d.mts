export type Machine = {
  readonly root: string;
  readonly nodeVersion: string;
  readonly nodePath: string;
  readonly platform: string;
  readonly arch: string;
  readonly isRoot: boolean;
  exists(path: string): boolean;
  read(path: string): string | undefined;
  write(path: string, text: string, mode?: number): void;
  remove(path: string): void;
  sha256(text: string): string;
  hasCommand(name: string): boolean;
  versionOf(nodePath: string): string | undefined;
  run(
    command: string,
    args: readonly string[],
    options?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<number>;
  say(text: string): void;
};

export function thisMachine(): Machine;
