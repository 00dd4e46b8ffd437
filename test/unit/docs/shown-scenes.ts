import { IN_A_FOLDER } from "./shown-folder-scenes.ts";
import type { Place } from "./shown-place.ts";
import { SCRIPTED } from "./shown-scripted-scenes.ts";
import { AT_THE_SERVER } from "./shown-server-scenes.ts";

/** What is there before the command is typed. Variables of a page have these values. */
export type Scene = {
  readonly set?: (place: Place) => void | Promise<void>;
  /** Else 0, or what the page shows behind `echo $?`. */
  readonly exit?: number;
  /** Where the outcome is told by the scene, because what the command asks is not here: the test that runs it for real. */
  readonly real?: RunBy;
};

/** A test or a step of CI, and the words by which it names the command. */
export type RunBy = { readonly by: string; readonly as: string };

/** By the line a page shows; the same line on several pages is one scene. */
export const SCENES: Readonly<Record<string, Scene>> = { ...IN_A_FOLDER, ...SCRIPTED, ...AT_THE_SERVER };

/** What shells put in the place of variables. */
export const VARIABLES: Readonly<Record<string, string>> = {
  ALERT: "CheckoutErrors",
  CI_COMMIT_SHA: "4f2a91c",
  FLAG: "new-checkout",
  GITHUB_SHA: "4f2a91c",
  SERVICE: "checkout",
  UNLEASH_URL: "https://unleash.example.com",
  VERSION: "4f2a91c",
};

const CI = ".ci/run";
const FIRST_HOUR = { by: "test/real/first-hour.test.ts", as: "partOf(" };
const FAULTS = { by: CI, as: "npm run faults -- --short" };
const PLAYED = { by: "test/simulation/simulation.test.ts", as: "playSeeds(" };
const PLANTED = { by: "test/simulation/planted.test.ts", as: "inPatchedCopy(" };

/** Lines that take longer than a test of the pages may, or start another program. */
export const ELSEWHERE: Readonly<Record<string, RunBy>> = {
  "npm test": { by: CI, as: "npm test -- " },
  "npm run demo": { by: CI, as: "npm run demo -- " },
  "npm run lint": { by: CI, as: "oxlint --type-aware" },
  "npm run types": { by: CI, as: "tsc -p ." },
  "npm run dead-code": { by: CI, as: "tool knip" },
  "npm run coverage": { by: CI, as: "npm run coverage" },
  "npm run docs:write": { by: "test/unit/docs/pages.test.ts", as: "npm run docs:write" },
  "npm run simulate -- --seeds 200 --from 1": PLAYED,
  "npm run simulate -- --prove": PLANTED,
  "npm run simulate -- --patches <folder> --seeds 2000": PLANTED,
  "npm run faults": FAULTS,
  "npm run faults -- --short": FAULTS,
  "npm run faults -- kills power --count 20": FAULTS,
  // Hours each, so nothing runs them by itself: what they leave stands in a page of its own, and a test holds that to the code.
  "npm run mutation": { by: "test/unit/docs/mutants-page.test.ts", as: "docs/mutants.md" },
  "npm run mutation:control": { by: "test/unit/docs/mutants-page.test.ts", as: "docs/mutants.md" },
  './rampart init --service "$SERVICE" --owner "team-$SERVICE" --yes': FIRST_HOUR,
  './rampart init --service "$SERVICE" --unleash "$UNLEASH_URL" --flag "$FLAG" --owner "team-$SERVICE" --yes':
    FIRST_HOUR,
  "./rampart doctor": FIRST_HOUR,
};
