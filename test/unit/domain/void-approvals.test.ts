import { expect, test } from "vitest";
import { withValidApprovals } from "../../../src/domain/void-approvals.ts";
import { aGate, aRecord, aRun, anApproval, passFacts } from "../../support/builders.ts";

test("an approval of a looser file lasts while that file is away, for it may come back", () => {
  const adoption = anApproval({ definition: "sha256:looser" });
  const record = aRecord({ run: aRun({ adoptions: [adoption] }) });
  const people = new Map([[adoption.person, adoption.groups]]);
  const facts = passFacts({ people });
  expect(facts.definition.newest).toBeNull();
  const found = withValidApprovals(aGate(), record, facts);
  expect(found.record.run?.adoptions).toEqual([adoption]);
  expect(found.tells).toEqual([]);
});
