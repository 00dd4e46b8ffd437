import type { Config } from "./config/config.ts";

/** Who commits with which address. */
export function peopleByAddress(config: Config): ReadonlyMap<string, string> {
  return new Map(
    config.people.flatMap((person) => person.git.map((address) => [address, person.name] as const)),
  );
}
