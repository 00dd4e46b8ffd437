import { describe, expect, test } from "vitest";
import {
  attribute,
  compare,
  exposedPercent,
  policyUnder,
  treatmentOf,
  type FlagRead,
} from "../../../src/domain/drift.ts";
import type { FlagRecord, StrategySeen } from "../../../src/domain/flag.ts";
import type { DriftKind } from "../../../src/domain/record.ts";
import {
  NOON,
  aDrift,
  aFlagAt,
  aFlagEvent,
  aFlagRecord,
  aFlagSeen,
  aStrategy,
  aToken,
  after,
} from "../../support/builders.ts";
import { formatToken } from "../../../src/domain/token.ts";
import { MINUTE } from "../../../src/domain/instant.ts";

const COMPANION = aStrategy({ id: "staff", title: "Staff", kind: "default", rollout: null });

function compared(
  seen: FlagRead,
  record: Partial<FlagRecord> = {},
  newest = { epoch: 7, sequence: 12, olderSequence: 9 },
) {
  const issued = { storeId: "k3f", ...newest };
  return compare({ record: aFlagRecord(record), issued }, seen, NOON);
}

function kinds(seen: FlagRead, record: Partial<FlagRecord> = {}): readonly DriftKind[] {
  return compared(seen, record).drift.map(({ kind }) => kind);
}

function withOurs(fields: Partial<StrategySeen>): FlagRead {
  return aFlagSeen({ strategies: [aStrategy(fields)] });
}

function titled(token: Parameters<typeof aToken>[0], text = "Gradual rollout"): string {
  return `${text} ${formatToken(aToken(token))}`;
}

describe("a flag as recorded", () => {
  test("has no drift and its percent is read back", () => {
    expect(compared(aFlagSeen())).toEqual({ observed: 5, drift: [], late: null });
  });

  test("may have disabled strategies beside ours", () => {
    const other = aStrategy({ id: "s2", disabled: true });
    expect(kinds(aFlagSeen({ strategies: [aStrategy(), other] }))).toEqual([]);
  });

  test("may have its named companions, as they were", () => {
    const seen = aFlagSeen({ strategies: [COMPANION, aStrategy()] });
    expect(kinds(seen, { companions: [COMPANION] })).toEqual([]);
  });

  test("may have several companions, in any order", () => {
    const other = { ...COMPANION, id: "partners", title: "Partners" };
    const seen = aFlagSeen({ strategies: [other, aStrategy(), COMPANION] });
    expect(kinds(seen, { companions: [COMPANION, other] })).toEqual([]);
  });

  test("may belong to a release plan's milestone as before: the plan's id is no part of the audience", () => {
    const moved = { ...COMPANION, milestoneId: "m1" };
    const seen = aFlagSeen({ strategies: [moved, aStrategy()] });
    expect(kinds(seen, { companions: [COMPANION] })).toEqual([]);
  });
});

describe("a changed percent", () => {
  test.each([
    { to: "0", kind: "lowered-to-zero", observed: 0 },
    { to: "3", kind: "lowered", observed: 3 },
    { to: "6", kind: "raised", observed: 6 },
    { to: "100", kind: "raised", observed: 100 },
  ])("to $to% is $kind", ({ to, kind, observed }) => {
    expect(compared(withOurs({ rollout: to }))).toEqual({
      observed,
      late: null,
      drift: [{ kind, message: `5% was changed to ${to}%`, observed, by: null, at: NOON }],
    });
  });

  test.each([
    { rollout: "12.5", shown: '"12.5"' },
    { rollout: null, shown: "null" },
  ])("to $shown cannot be read as a percent", ({ rollout, shown }) => {
    expect(compared(withOurs({ rollout }))).toEqual({
      observed: null,
      late: null,
      drift: [
        {
          kind: "rollout-unreadable",
          message: `rollout is ${shown}, not a whole percent`,
          observed: null,
          by: null,
          at: NOON,
        },
      ],
    });
  });
});

describe("a changed title", () => {
  test.each([
    { what: "another text", title: titled({}, "Slow rollout"), kind: "title" },
    { what: "our bracket taken out", title: "Gradual rollout", kind: "title" },
    { what: "no title at all", title: null, kind: "title" },
    { what: "another step in our bracket", title: titled({ step: 2 }), kind: "title" },
    { what: "a token of another store", title: titled({ store: "zzz" }), kind: "foreign-token" },
    { what: "a token of a later sequence", title: titled({ sequence: 13 }), kind: "restored-store" },
    { what: "a token of a later epoch", title: titled({ epoch: 8, sequence: 1 }), kind: "restored-store" },
  ])("with $what is $kind", ({ title, kind }) => {
    expect(compared(withOurs({ title }))).toMatchObject({ observed: 5, drift: [{ kind, observed: null }] });
    expect(kinds(withOurs({ title }))).toHaveLength(1);
  });

  test("names the new title, or that there is none", () => {
    expect(compared(withOurs({ title: "Mine" })).drift[0]?.message).toBe('the title was changed to "Mine"');
    expect(compared(withOurs({ title: null })).drift[0]?.message).toBe('the title was changed to ""');
  });

  test("says whose token it is", () => {
    expect(compared(withOurs({ title: titled({ store: "zzz" }) })).drift[0]?.message).toBe(
      "the token in the title is of another store",
    );
    expect(compared(withOurs({ title: titled({ sequence: 13 }) })).drift[0]?.message).toBe(
      "the token in the title is newer than the record: was an old store restored?",
    );
  });

  test("of the team's own before our first write is as recorded", () => {
    expect(kinds(withOurs({ title: "Gradual rollout" }), { title: "Gradual rollout" })).toEqual([]);
  });

  test.each([
    { title: titled({ store: "zzz" }), kind: "foreign-token" },
    { title: titled({ sequence: 13 }), kind: "restored-store" },
  ])("stays $kind though a start found it already there", ({ title, kind }) => {
    expect(kinds(withOurs({ title }), { title })).toEqual([kind]);
  });
});

describe("a token that we issued before the one on record", () => {
  const OLDER = titled({ sequence: 11 });

  test.each([5, 6, 100])("with %s% is a late write of ours, not a person's", (percent) => {
    expect(compared(aFlagAt(percent, OLDER))).toMatchObject({
      observed: percent,
      drift: [],
      late: { sequence: 11 },
    });
  });

  test("of an older epoch is late as far as that epoch came, and else of a future that is lost", () => {
    expect(compared(aFlagAt(25, titled({ epoch: 6, sequence: 9 }))).late).toMatchObject({ epoch: 6 });
    expect(compared(aFlagAt(25, titled({ epoch: 6, sequence: 10 })))).toMatchObject({
      late: null,
      drift: [{ kind: "raised" }, { kind: "restored-store" }],
    });
  });

  test("with a lower percent is what a person lowered: late writes of ours only rise", () => {
    expect(compared(aFlagAt(4, OLDER))).toMatchObject({ late: null, drift: [{ kind: "lowered" }] });
    expect(kinds(aFlagAt(4, OLDER))).toHaveLength(1);
  });

  test("with an unreadable percent is not taken for our write", () => {
    const seen = withOurs({ title: OLDER, rollout: "abc" });
    expect(compared(seen, { rollout: 0 })).toMatchObject({ late: null, observed: null });
  });

  test("issued after the one on record, but not on record, is late as well", () => {
    const seen = aFlagAt(25, titled({ sequence: 13 }));
    expect(compared(seen, {}, { epoch: 7, sequence: 14, olderSequence: 9 })).toMatchObject({
      late: { sequence: 13 },
      drift: [],
    });
    expect(compared(seen, {}, { epoch: 7, sequence: 13, olderSequence: 9 })).toMatchObject({
      late: { sequence: 13 },
      drift: [],
    });
  });

  test("is late also while the environment is off", () => {
    const seen = { ...aFlagAt(25, OLDER), environmentEnabled: false };
    expect(compared(seen)).toMatchObject({ observed: 0, late: { store: "k3f" } });
  });
});

describe("a changed audience", () => {
  test.each([
    { field: "groupId", to: "other", message: "groupId was changed from new-pricing to other" },
    { field: "stickiness", to: "random", message: "stickiness was changed from userId to random" },
    { field: "constraints", to: "[1]", message: "constraints was changed from [] to [1]" },
    { field: "segments", to: "[2]", message: "segments was changed from [] to [2]" },
    { field: "variants", to: "[3]", message: "variants was changed from [] to [3]" },
    { field: "groupId", to: null, message: "groupId was changed from new-pricing to none" },
  ])("by $field to $to is told with both values", ({ field, to, message }) => {
    expect(compared(withOurs({ [field]: to })).drift).toEqual([
      { kind: "audience", message, observed: 5, by: null, at: NOON },
    ]);
  });

  test("from nothing says so", () => {
    const drift = compared(withOurs({ stickiness: "userId" }), { stickiness: null }).drift;
    expect(drift[0]?.message).toBe("stickiness was changed from none to userId");
  });

  test("by several fields is told field by field", () => {
    expect(kinds(withOurs({ groupId: "a", segments: "[1]" }))).toEqual(["audience", "audience"]);
  });

  test.each([
    { field: "kind", to: "userWithId" },
    { field: "title", to: "People" },
    { field: "disabled", to: true },
    { field: "rollout", to: "50" },
    { field: "groupId", to: "other" },
    { field: "stickiness", to: "random" },
    { field: "constraints", to: "[1]" },
    { field: "segments", to: "[1]" },
    { field: "variants", to: "[1]" },
  ])("by a companion's $field names the companion", ({ field, to }) => {
    const seen = aFlagSeen({ strategies: [aStrategy(), { ...COMPANION, [field]: to }] });
    expect(compared(seen, { companions: [COMPANION] }).drift).toEqual([
      { kind: "audience", message: 'companion "Staff" changed', observed: null, by: null, at: NOON },
    ]);
  });

  test("by a companion that is gone names it, by its id where it has no title", () => {
    const untitled = { ...COMPANION, title: null };
    expect(compared(aFlagSeen(), { companions: [COMPANION] }).drift[0]).toMatchObject({
      kind: "audience",
      message: 'companion "Staff" was removed',
    });
    expect(compared(aFlagSeen(), { companions: [untitled] }).drift[0]?.message).toBe(
      'companion "staff" was removed',
    );
    const changed = aFlagSeen({ strategies: [aStrategy(), { ...untitled, rollout: "1" }] });
    expect(compared(changed, { companions: [untitled] }).drift[0]?.message).toBe('companion "staff" changed');
  });
});

describe("strategies", () => {
  test("that somebody added and enabled serve beside ours", () => {
    const other = aStrategy({ id: "s2", title: "Everybody" });
    expect(compared(aFlagSeen({ strategies: [aStrategy(), other] })).drift).toEqual([
      {
        kind: "strategy-added",
        message: 'strategy "Everybody" was added or enabled beside ours',
        observed: null,
        by: null,
        at: NOON,
      },
    ]);
  });

  test("without a title are named by their kind", () => {
    const other = aStrategy({ id: "s2", title: null, kind: "default" });
    const { drift } = compared(aFlagSeen({ strategies: [aStrategy(), other] }));
    expect(drift[0]?.message).toBe('strategy "default" was added or enabled beside ours');
  });

  test("of ours that are gone expose nobody", () => {
    expect(compared(aFlagSeen({ strategies: [] }))).toEqual({
      observed: 0,
      late: null,
      drift: [{ kind: "strategy-gone", message: "strategy s1 was removed", observed: 0, by: null, at: NOON }],
    });
  });

  test("made again under another id are gone and added", () => {
    expect(kinds(withOurs({ id: "s9" }))).toEqual(["strategy-added", "strategy-gone"]);
  });
});

describe("the place of the flag", () => {
  test.each(["flag", "environment"] as const)("a missing %s exposes nobody", (what) => {
    const message = `the ${what} was archived or deleted`;
    expect(compared({ kind: "absent", what })).toEqual({
      observed: 0,
      late: null,
      drift: [{ kind: "flag-gone", message, observed: 0, by: null, at: NOON }],
    });
  });

  test("an archived flag exposes nobody, and nothing else is compared", () => {
    const seen = aFlagSeen({ archived: true, strategies: [] });
    expect(compared(seen)).toEqual({
      observed: 0,
      late: null,
      drift: [{ kind: "flag-gone", message: "the flag was archived", observed: null, by: null, at: NOON }],
    });
  });

  test("a flag in another project may still expose somebody", () => {
    expect(compared(aFlagSeen({ project: "other" }))).toEqual({
      observed: 5,
      late: null,
      drift: [
        { kind: "flag-gone", message: "the flag moved to project other", observed: null, by: null, at: NOON },
      ],
    });
  });
});

describe("the percent that a reading shows to be exposed", () => {
  const other = aStrategy({ id: "s9", title: "Everybody" });
  test.each([
    { what: "ours", seen: aFlagSeen(), percent: 5 },
    { what: "ours, in another project", seen: aFlagSeen({ project: "other" }), percent: 5 },
    { what: "ours, disabled", seen: withOurs({ disabled: true }), percent: 0 },
    { what: "ours, with what is no percent", seen: withOurs({ rollout: "101" }), percent: null },
    { what: "ours, without any", seen: withOurs({ rollout: null }), percent: null },
    { what: "nobody's", seen: aFlagSeen({ strategies: [] }), percent: 0 },
    { what: "another's in place of ours", seen: aFlagSeen({ strategies: [other] }), percent: null },
    {
      what: "another's that is disabled",
      seen: aFlagSeen({ strategies: [{ ...other, disabled: true }] }),
      percent: 0,
    },
    {
      what: "any, switched off",
      seen: aFlagSeen({ strategies: [other], environmentEnabled: false }),
      percent: 0,
    },
    { what: "any, archived", seen: aFlagSeen({ strategies: [other], archived: true }), percent: 0 },
    { what: "what is gone", seen: { kind: "absent", what: "flag" }, percent: 0 },
  ] as const)("$what: $percent", ({ seen, percent }) => {
    expect(exposedPercent(aFlagRecord(), seen)).toBe(percent);
  });
});

describe("under drift that tells of other hands", () => {
  const policy = { raised: "revert", changed: "rollback" } as const;
  test.each(["foreign-token", "restored-store"] as const)(
    "neither a raise nor another audience is taken back: %s",
    (kind) => {
      expect(policyUnder([aDrift(), aDrift({ kind })], policy)).toEqual({
        raised: "halt",
        changed: "halt",
      });
    },
  );

  test("and under no other the policy is the gate's", () => {
    expect(policyUnder([aDrift({ kind: "raised" }), aDrift({ kind: "title" })], policy)).toBe(policy);
  });
});

describe("the environment", () => {
  test("switched off exposes nobody", () => {
    expect(compared(aFlagSeen({ environmentEnabled: false }))).toEqual({
      observed: 0,
      late: null,
      drift: [
        {
          kind: "environment-off",
          message: "the environment was switched off",
          observed: 0,
          by: null,
          at: NOON,
        },
      ],
    });
  });

  test("with our strategy disabled is as good as off", () => {
    expect(compared(withOurs({ disabled: true }))).toMatchObject({
      observed: 0,
      drift: [{ kind: "environment-off", message: "the strategy was disabled" }],
    });
  });

  test("that is off on record is no drift, and on again is none either", () => {
    const record = { environmentEnabled: false };
    expect(compared(aFlagSeen({ environmentEnabled: false }), record)).toMatchObject({
      observed: 0,
      drift: [],
    });
    expect(compared(aFlagSeen(), record)).toMatchObject({ observed: 5, drift: [] });
  });
});

function whoDid(kind: DriftKind, event: Parameters<typeof aFlagEvent>[0]): string | null | undefined {
  const found = aDrift({ kind, observed: 50, by: null });
  return attribute([found], [], [aFlagEvent({ by: "operator", ...event })], 1)[0]?.by;
}

describe("who did it", () => {
  const EARLIER = after(-10 * MINUTE);

  test.each([
    { kind: "raised", event: { rolloutAfter: "50" } },
    { kind: "lowered", event: { rolloutAfter: "50" } },
    { kind: "lowered-to-zero", event: { rolloutAfter: "50" } },
    { kind: "unmanaged", event: { rolloutAfter: "50" } },
    { kind: "environment-off", event: { type: "feature-environment-disabled" } },
    { kind: "environment-off", event: { type: "feature-strategy-update" } },
    { kind: "flag-gone", event: { type: "feature-archived" } },
    { kind: "flag-gone", event: { type: "feature-deleted" } },
    { kind: "flag-gone", event: { type: "feature-project-change" } },
    { kind: "strategy-added", event: { type: "feature-strategy-add" } },
    { kind: "strategy-added", event: { type: "feature-strategy-update" } },
    { kind: "strategy-gone", event: { type: "feature-strategy-remove" } },
    { kind: "audience", event: { type: "feature-strategy-update" } },
    { kind: "audience", event: { type: "segment-updated" } },
    { kind: "audience", event: { type: "feature-environment-variants-updated" } },
    { kind: "title", event: { type: "feature-strategy-update" } },
    { kind: "foreign-token", event: { type: "feature-strategy-update" } },
    { kind: "restored-store", event: { type: "feature-strategy-update" } },
    { kind: "rollout-unreadable", event: { type: "feature-strategy-update" } },
  ] as const)("$kind is named by $event", ({ kind, event }) => {
    expect(whoDid(kind, event)).toBe("operator");
  });

  test.each([
    { kind: "raised", event: { rolloutAfter: "25" } },
    { kind: "lowered", event: { rolloutAfter: "25" } },
    { kind: "lowered-to-zero", event: { rolloutAfter: "25" } },
    { kind: "unmanaged", event: { rolloutAfter: "25" } },
    { kind: "environment-off", event: { type: "feature-environment-enabled" } },
    { kind: "flag-gone", event: { type: "feature-strategy-update" } },
    { kind: "strategy-added", event: { type: "feature-strategy-remove" } },
    { kind: "strategy-gone", event: { type: "feature-strategy-add" } },
    { kind: "audience", event: { type: "feature-environment-disabled" } },
    { kind: "audience", event: { type: "feature-strategy-add" } },
    { kind: "audience", event: { type: "feature-strategy-remove" } },
    { kind: "title", event: { type: "feature-environment-disabled" } },
    { kind: "foreign-token", event: { type: "feature-strategy-add" } },
    { kind: "restored-store", event: { type: "feature-strategy-add" } },
    { kind: "rollout-unreadable", event: { type: "feature-strategy-add" } },
  ] as const)("$kind is not named by $event", ({ kind, event }) => {
    expect(whoDid(kind, event)).toBeNull();
  });

  test("of a changed audience is not whoever added another strategy later", () => {
    const found = aDrift({ kind: "audience", observed: 50, by: null });
    const events = [
      aFlagEvent({ by: "operator", type: "feature-strategy-update", at: EARLIER }),
      aFlagEvent({ by: "bystander", type: "feature-strategy-add", at: NOON }),
    ];
    expect(attribute([found], [], events, 1)[0]?.by).toBe("operator");
  });

  test("of a companion that is gone is whoever removed a strategy", () => {
    const found = aDrift({ kind: "audience", observed: null, by: null });
    const events = [aFlagEvent({ by: "operator", type: "feature-strategy-remove" })];
    expect(attribute([found], [], events, 1)[0]?.by).toBe("operator");
  });

  test("is the newest event of somebody else that fits, at the event's time", () => {
    const found = aDrift({ kind: "raised", observed: 50, by: null, at: NOON });
    const events = [
      aFlagEvent({ by: "approver", rolloutAfter: "50", at: after(-20 * MINUTE) }),
      aFlagEvent({ by: "operator", rolloutAfter: "50", at: EARLIER }),
      aFlagEvent({ by: "rampart", byUserId: 1, rolloutAfter: "50" }),
      aFlagEvent({ by: "author", rolloutAfter: "25" }),
    ];
    expect(attribute([found], [], events, 1)).toEqual([{ ...found, by: "operator", at: EARLIER }]);
  });

  test("is anybody while our own user is not known", () => {
    const found = aDrift({ kind: "raised", observed: 50, by: null });
    const events = [aFlagEvent({ by: "somebody", byUserId: null, rolloutAfter: "50" })];
    expect(attribute([found], [], events, null)[0]?.by).toBe("somebody");
  });

  test("is nobody in particular when no event tells", () => {
    const found = aDrift({ by: null });
    expect(attribute([found], [], [], 1)).toEqual([found]);
  });

  test("stays as first found, however many passes see it again", () => {
    const known = aDrift({ by: "operator", at: EARLIER });
    const events = [aFlagEvent({ by: "approver", rolloutAfter: "50" })];
    expect(attribute([aDrift({ by: null, at: NOON })], [known], events, 1)).toEqual([known]);
  });

  test("is named late for a drift first found without a name, keeping its first time", () => {
    const known = aDrift({ by: null, at: EARLIER });
    const late = [aFlagEvent({ by: "approver", rolloutAfter: "50", at: NOON })];
    expect(attribute([aDrift({ by: null, at: NOON })], [known], [], 1)).toEqual([known]);
    expect(attribute([aDrift({ by: null, at: NOON })], [known], late, 1)).toEqual([
      { ...known, by: "approver" },
    ]);
  });

  test("of another drift says nothing about this one", () => {
    const known = [
      aDrift({ kind: "raised", message: "5% was changed to 10%", by: "operator" }),
      aDrift({ kind: "title", message: "raised to 50%", by: "operator" }),
    ];
    expect(attribute([aDrift({ by: null })], known, [], 1)[0]?.by).toBeNull();
  });
});

describe("what becomes of a drift while signals are armed", () => {
  const DEFAULT = { raised: "halt", changed: "halt" } as const;

  test.each([
    { kind: "lowered-to-zero", treatment: "roll-back" },
    { kind: "environment-off", treatment: "roll-back" },
    { kind: "lowered", treatment: "ceiling" },
    { kind: "raised", treatment: "halt" },
    { kind: "audience", treatment: "halt" },
    { kind: "strategy-added", treatment: "halt" },
    { kind: "strategy-gone", treatment: "halt" },
    { kind: "flag-gone", treatment: "halt" },
    { kind: "restored-store", treatment: "halt" },
    { kind: "rollout-unreadable", treatment: "halt" },
    { kind: "title", treatment: "close" },
    { kind: "foreign-token", treatment: "close" },
    { kind: "unmanaged", treatment: "close" },
  ] as const)("$kind: $treatment", ({ kind, treatment }) => {
    expect(treatmentOf(kind, DEFAULT)).toBe(treatment);
  });

  test.each([
    { kind: "raised", treatment: "revert" },
    { kind: "audience", treatment: "roll-back" },
    { kind: "strategy-added", treatment: "roll-back" },
    { kind: "strategy-gone", treatment: "halt" },
  ] as const)("$kind as the file may ask: $treatment", ({ kind, treatment }) => {
    expect(treatmentOf(kind, { raised: "revert", changed: "rollback" })).toBe(treatment);
  });
});
