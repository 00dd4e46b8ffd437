import type { FlagRefusalCode } from "./preflight.ts";

/** What only the server could refuse before the first write. */
export type ServerRefusalCode =
  | "unreadable"
  | "unknown-server"
  | "token-refused"
  | "token-expiring"
  | "no-right"
  | "change-requests"
  | "release-plan";

export type StartRefusalCode = FlagRefusalCode | ServerRefusalCode | "foreign-token";

/** What would let the ramp start, by what refused it. */
const WAYS_OUT: Readonly<Record<StartRefusalCode, string>> = {
  unreadable: "try again once Unleash answers; `rampart doctor` says what it misses",
  "unknown-server": "mend `flag.server`, or add that server under `unleash:` of the configuration",
  "token-refused":
    "give Rampart an Unleash token that is valid; its file or variable is named in the configuration",
  "token-expiring": "make a new Unleash token and put it where the configuration names the old one",
  "no-right": "give the token's user that permission for this project and environment",
  "change-requests":
    "give the token's user SKIP_CHANGE_REQUEST here, or switch change requests off for this environment",
  "release-plan":
    "take the release plan off this environment in Unleash and leave one gradual rollout, or let the plan move the flag and keep this gate in observe mode",
  "foreign-token": "if nobody else drives the flag any more, say adopt-flag",
  "flag-missing": "make the flag in Unleash, or mend `flag` in the gate; Rampart makes none",
  "environment-missing": "mend `flag.environment`, or enable the environment for the project in Unleash",
  archived: "revive the flag in Unleash",
  moved: "mend `flag.project`",
  "environment-off": "set the strategy to 0% and switch the environment on in Unleash",
  "strategy-missing": "add a gradual rollout at 0% in Unleash, or mend `flag.strategy`",
  "strategy-ambiguous": "name the strategy Rampart is to move in `flag.strategy`, the others in `flag.also`",
  "strategy-disabled": "enable the strategy in Unleash",
  "not-gradual": "name a gradual rollout in `flag.strategy`",
  "foreign-strategy": "name it in `flag.also` if it may stay enabled beside ours, or disable it in Unleash",
  "companion-missing": "mend `flag.also`: it takes a strategy's id or its title",
  "companion-ambiguous": "give the companions different titles in Unleash, or name them by id",
  "stickiness-random":
    "set the strategy's stickiness in Unleash to the field that identifies what is exposed",
  "stickiness-differs": "set the same stickiness in Unleash and in the gate",
  "stickiness-default": "set the strategy's stickiness in Unleash to the field whose values the step names",
  "segment-missing": "make the segment in Unleash, or mend its name in the step",
  "audience-taken":
    "take constraints and segments off the strategy in Unleash; whom it reaches is said by the steps",
  "rollout-unreadable": "set a whole percent in Unleash",
  "percent-differs":
    "set the flag to that percent in Unleash, or start with --at and the declared step it stands at",
};

export function wayOut(code: StartRefusalCode): string {
  return WAYS_OUT[code];
}
