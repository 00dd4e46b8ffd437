import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeBody } from "../../../src/store/body.ts";
import { passFacts } from "../../support/builders.ts";
import { aRecording } from "../../support/recorded-pass.ts";
import { makeFolder, mustOpen } from "./folder.ts";
import { decision, moment, record } from "./samples.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;

beforeEach(async () => {
  folder = await makeFolder();
  const store = await mustOpen(folder.path);
  await store.commit(
    moment(record("checkout"), {
      decision: { kind: "insert", decision: decision("dec_1") },
      inputs: MADE,
    }),
  );
  await store.close();
});
afterEach(() => folder.remove());

const MADE = aRecording({ facts: passFacts({ decision: "dec_1" }) });

function inFile<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(folder.path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

test("what a decision was made from takes less than half of its text", () => {
  const row = inFile((database) =>
    database.prepare("select length(body) as size from decision_inputs").get(),
  );
  expect(Number(row?.["size"])).toBeLessThan(encodeBody(MADE.inputs).length / 2);
});

test("inputs that are not whole name their row, and the decision can still be read", async () => {
  inFile((database) => database.exec("update decision_inputs set body = x'ff00'"));
  const store = await mustOpen(folder.path);
  await expect(store.recording("dec_1")).rejects.toThrow(
    "row dec_1 of decision_inputs cannot be read: its body cannot be inflated",
  );
  expect(await store.decision("dec_1")).not.toBeNull();
  await store.close();
});
