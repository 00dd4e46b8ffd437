import type { Flags } from "../../control/ports.ts";
import type { FlagTarget } from "../../domain/gate.ts";
import { nearestName } from "../../text/nearest-name.ts";
import type { FlagServers } from "../ports.ts";
import { type Told, together, told } from "./told.ts";

export type FlagPorts = { readonly flags: Flags; readonly servers: FlagServers };

/** Fields that Unleash knows without being told. */
const BUILT_IN = ["userId", "sessionId", "random", "default"];

/** What Unleash says of the gate's flag. */
export async function askFlag(target: FlagTarget, { flags, servers }: FlagPorts): Promise<Told> {
  return together(await Promise.all([askExistence(target, flags), askStickiness(target, servers)]));
}

/** R129: a ramp of a flag that is not there could never start. */
async function askExistence(target: FlagTarget, flags: Flags): Promise<Told> {
  const seen = await flags.observe(target);
  if (seen.kind === "seen") return told();
  if (seen.kind === "unreadable") return { faults: [], unseen: [`${target.server}: ${seen.detail}`] };
  const message =
    seen.what === "flag"
      ? `${target.server} has no flag \`${target.name}\` in the project \`${target.project}\``
      : `the flag \`${target.name}\` has no environment \`${target.environment}\``;
  return told({ code: "R129", part: "", message, suggestion: "make it in Unleash, or mend its name here" });
}

/** R112: a strategy that sticks to a field nobody fills reaches nobody. */
async function askStickiness({ server, stickiness }: FlagTarget, servers: FlagServers): Promise<Told> {
  if (stickiness === null || BUILT_IN.includes(stickiness)) return told();
  const known = await servers.stickyFields(server);
  if (known.kind !== "told") return { faults: [], unseen: [`${server}: ${known.detail}`] };
  if (known.fields.includes(stickiness)) return told();
  const near = nearestName(stickiness, [...known.fields, ...BUILT_IN]);
  return told({
    code: "R112",
    part: "stickiness",
    message: `${server} knows no context field \`${stickiness}\` that may be used for stickiness`,
    suggestion:
      near === null ? "add it under Context fields, with custom stickiness" : `did you mean \`${near}\`?`,
  });
}
