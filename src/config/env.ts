export const DEFAULT_CONFIG_PATH = "config/rampart.yaml";

/** The part of the environment that is ours. A platform adds names of its own that begin the same way; they are ignored. */
export type Env = {
  /** Path of the configuration, when no argument names one. */
  readonly configPath: string;
  /** A variable of ours, or null when it is unset or empty. */
  variable(name: `RAMPART_${string}`): string | null;
};

export function readEnv(environment: Readonly<Record<string, string | undefined>>): Env {
  const ours = new Map(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[0].startsWith("RAMPART_") && entry[1] !== undefined && entry[1] !== "",
    ),
  );
  return {
    configPath: ours.get("RAMPART_CONFIG") ?? DEFAULT_CONFIG_PATH,
    variable: (name) => ours.get(name) ?? null,
  };
}
