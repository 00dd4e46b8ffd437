import { describe, expect, test } from "vitest";
import type { Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { type Tell, tellings } from "../../../src/domain/tell.ts";
import type { TellingKind } from "../../../src/domain/telling.ts";
import {
  NOON,
  aBecause,
  aGate,
  aHalt,
  aLastPass,
  aPause,
  aRecord,
  anExposure,
} from "../../support/builders.ts";

const CAUSE = aBecause({ message: "errors: 3%, halt above 2%" });

function told(said: Partial<Tell>, record: Partial<GateRecord> = {}, gate: Partial<Gate> = {}) {
  const whole = { kind: "halted", page: false, causes: [CAUSE], ...said } as const;
  const [first] = tellings(aGate(gate), aRecord(record), "dec_2", [whole]);
  if (first === undefined) throw new Error("nothing was told");
  return first;
}

test("each telling has its own delivery key, made of the decision it tells of", () => {
  const said = [
    { kind: "advanced", page: false, causes: [] },
    { kind: "halted", page: true, causes: [CAUSE] },
    { kind: "halted", page: true, causes: [] },
  ] as const;
  const all = tellings(aGate(), aRecord(), "dec_2", said);
  expect(all.map(({ key }) => key)).toEqual([
    "checkout:dec_2:advanced:0",
    "checkout:dec_2:halted:1",
    "checkout:dec_2:halted:2",
  ]);
  expect(all[1]).toMatchObject({ gate: "checkout", kind: "halted", page: true, decision: "dec_2" });
  expect(tellings(aGate(), aRecord(), "dec_2", [])).toEqual([]);
});

describe("the title says the effect first:", () => {
  const titles: Readonly<Record<TellingKind, string>> = {
    started: "checkout started",
    advanced: "checkout went from errors: 3%, halt above 2%",
    finished: "checkout finished: the bake is over",
    "needs-approval": "checkout waits for an approval",
    paused: "checkout is paused at 5%",
    resumed: "checkout goes on at 5%",
    halted: "checkout halted at 5%",
    "halt-reminder": "checkout is still halted at 5% and waits for a person",
    "rolling-back": "checkout is rolling back from 5% to 0%",
    draining: "checkout is at 0%, verified as set and as served, and drains",
    "drain-overdue": "checkout has not been said to be drained before its deadline; it counts as rolled back",
    "stepping-back": "checkout goes one step back, from 5% to 5%",
    "rolled-back": "checkout is rolled back to 0%, verified as set and as served",
    "rollback-late": "checkout has not finished rolling back",
    "cannot-see": "checkout cannot see its signals at 5%",
    "cannot-write": "checkout may not change its flag, at 5%: a rollback could not be written either",
    "changed-by-hand": "checkout was changed by hand in Unleash",
    definition: "checkout has a changed definition",
    deployed: "checkout takes notice of a deploy, at 5%",
    maintenance: "checkout takes notice of maintenance, at 5%",
    released: "checkout has let go of its flag, at 5%",
    "not-released": "checkout could not let go of its flag",
  };

  test.each(Object.entries(titles))("%s", (kind, title) => {
    expect(told({ kind: kind as TellingKind }).title).toBe(title);
  });

  test("with 0% where nothing was read yet", () => {
    expect(told({}, { exposure: anExposure({ set: null }) }).title).toBe("checkout halted at 0%");
    const unread = { exposure: anExposure({ set: 25, wanted: null }) };
    expect(told({ kind: "stepping-back" }, unread).title).toContain("from 25% to 0%");
  });
});

describe("the text says why", () => {
  test("with every cause", () => {
    const causes = [CAUSE, aBecause({ message: "orders: 4 late" })];
    expect(told({ kind: "rolling-back", causes }).text).toBe(
      "Why: errors: 3%, halt above 2%; orders: 4 late.",
    );
  });

  test("also where there is no cause against anything", () => {
    expect(told({ kind: "finished", causes: [] }).text).toBe("Why: all conditions hold.");
  });

  test("with owner and runbook where the gate names them", () => {
    const gate = { owner: "@team-checkout", runbook: "https://runbooks.example.com/rb-03" };
    expect(told({ kind: "rolling-back" }, {}, gate).text).toBe(
      [
        "Why: errors: 3%, halt above 2%.",
        "Owner: @team-checkout.",
        "Runbook: https://runbooks.example.com/rb-03",
      ].join("\n"),
    );
  });
});

describe("the text says what is next:", () => {
  const resume = "Next: rampart resume checkout --reason ..., or rampart rollback checkout";

  test("of a halt by a signal, when it becomes a rollback", () => {
    const record = { ramp: aHalt({ alarmMs: 20 * MINUTE }), lastPass: aLastPass({ alarmed: true }) };
    expect(told({}, record).text.split("\n").slice(1)).toEqual([
      "While a signal stays at halt this becomes a rollback in 1h40m.",
      "Next: rampart resume checkout --reason ..., or rampart rollback checkout",
    ]);
  });

  test.each([{ lastPass: aLastPass({ alarmed: false }) }, { lastPass: null }])(
    "of any other halt, that it waits for a person",
    ({ lastPass }) => {
      const lines = told({}, { ramp: aHalt(), lastPass }).text.split("\n");
      expect(lines.slice(1)).toEqual(["This halt waits for a person.", resume]);
    },
  );

  test("of a halt that is over already, nothing of its deadline", () => {
    expect(told({}).text).toBe("Why: errors: 3%, halt above 2%.");
  });

  test("of a reminder, the commands that end the halt, without the deadline", () => {
    expect(told({ kind: "halt-reminder" }, { ramp: aHalt() }).text.split("\n").slice(1)).toEqual([resume]);
  });

  test.each([
    { kind: "paused", record: { ramp: aPause() }, next: "Next: rampart resume checkout" },
    {
      kind: "rolled-back",
      record: { ramp: { state: "rolled-back", since: NOON - HOUR, fromPercent: 5, causes: [] } },
      next: "Next: rampart restart checkout",
    },
  ] as const)("of $kind, the command that leaves it", ({ kind, record, next }) => {
    expect(told({ kind }, record).text.split("\n").at(-1)).toBe(next);
  });

  test("what the causes ask for, once each, before what the state asks for", () => {
    const causes = [
      aBecause({ opens: "rampart adopt-flag checkout" }),
      aBecause({ opens: "rampart adopt-flag checkout" }),
      aBecause({ opens: null }),
      aBecause({ opens: "switch it off" }),
    ];
    const lines = told({ causes }, { ramp: aHalt() }).text.split("\n");
    expect(lines.at(-1)).toBe("Next: rampart adopt-flag checkout; switch it off");
  });

  test("nothing where nobody has to do anything", () => {
    expect(told({ kind: "cannot-see" }, { ramp: aHalt() }).text).toBe("Why: errors: 3%, halt above 2%.");
  });
});
