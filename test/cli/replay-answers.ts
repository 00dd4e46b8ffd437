import { problemBody } from "../../src/api/problem.ts";
import { replayBody } from "../../src/api/replay.ts";
import { decision } from "../support/fake-controller.ts";

const SAME = { engine: { recorded: "0.1.0", running: "0.1.0" }, same: true, differences: [] };
const LATER = { recorded: "0.1.0", running: "0.2.0" };

/** What a server says of decisions made again. */
export const REPLAY_ANSWERS = {
  "replay-same": replayBody({ ...SAME, decision: decision() }),
  "replay-folded": replayBody({ ...SAME, engine: LATER, decision: decision({ count: 12 }) }),
  "replay-differs": replayBody({
    decision: decision(),
    engine: LATER,
    same: false,
    differences: [
      { path: "decision.verdict", recorded: "wait", replayed: "good" },
      {
        path: 'record.clocks["alert:{service=\\"erp\\"}"].unknownSince',
        recorded: null,
        replayed: undefined,
      },
    ],
  }),
  "no-inputs": problemBody(
    "no-inputs",
    "nothing is kept that dec_8f31 was made from: it is a command, or too old",
  ),
};
