import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Commit, MaintenanceKept, Outbox, Records, Tokens } from "../../src/control/ports.ts";
import type { Change } from "../../src/domain/change.ts";
import type { Recording } from "../../src/domain/inputs.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Maintenance } from "../../src/domain/maintenance.ts";
import type { RampState } from "../../src/domain/ramp.ts";
import {
  decision,
  definition,
  deploy,
  exposureChange,
  fullRecord,
  moment,
  NOON,
  RAMPS,
  record,
  reply,
  type SetClock,
  setClock,
  telling,
  token,
} from "../unit/store/samples.ts";
import { aGate, passFacts } from "../support/builders.ts";
import { aRecording } from "../support/recorded-pass.ts";

export type PortsOfStore = Records & Tokens & Outbox;

/** Parts of a commit that can be made to fail. */
export const PARTS = ["record", "decision", "inputs", "telling", "change", "pin", "reply"] as const;

export type StoreUnderTest = {
  readonly store: PortsOfStore;
  /** The same content, opened as a later process does. */
  reopen(): Promise<PortsOfStore>;
  /** Makes writing that part fail until the returned function is called. */
  breakPart(part: (typeof PARTS)[number]): () => void;
  dispose(): Promise<void>;
};

/** What every store must do, whatever it is made of. */
export function storeContract(name: string, open: (clock: SetClock) => Promise<StoreUnderTest>): void {
  describe(`the store contract, ${name}`, () => {
    let clock: SetClock;
    let subject: StoreUnderTest;
    let store: PortsOfStore;

    beforeEach(async () => {
      clock = setClock();
      subject = await open(clock);
      ({ store } = subject);
    });
    afterEach(() => subject.dispose());

    async function insert(id: string, gate = "checkout"): Promise<void> {
      const expecting = (await store.record(gate))?.version ?? null;
      const kept = decision(id, { gate });
      await store.commit(moment(record(gate), { expecting, decision: { kind: "insert", decision: kept } }));
    }

    async function keep(made: Recording): Promise<void> {
      const expecting = (await store.record("checkout"))?.version ?? null;
      const kept = { kind: "insert", decision: decision(made.inputs.decision) } as const;
      await store.commit(moment(record("checkout"), { expecting, decision: kept, inputs: made }));
    }

    async function ids(limit: number, before: string | null): Promise<readonly string[]> {
      return (await store.decisions("checkout", limit, before)).map(({ id }) => id);
    }

    async function tell(...keys: string[]): Promise<void> {
      const expecting = (await store.record("checkout"))?.version ?? null;
      const tellings = keys.map((key) => telling(key));
      await store.commit(moment(record("checkout"), { expecting, tellings }));
    }

    async function enter(...changes: readonly Change[]): Promise<void> {
      const expecting = (await store.record("checkout"))?.version ?? null;
      await store.commit(moment(record("checkout"), { expecting, changes }));
    }

    async function due(now: number, limit = 10): Promise<readonly string[]> {
      return (await store.due(now, limit)).map(({ key }) => key);
    }

    async function ledger(
      asked: { gate?: string; service?: string } = {},
      limit = 10,
      before: string | null = null,
    ): Promise<readonly string[]> {
      const { gate = null, service = null } = asked;
      return (await store.changes({ gate, service }, limit, before)).map(({ id }) => id);
    }

    async function expectNothing(): Promise<void> {
      expect(await store.record("checkout")).toBeNull();
      expect(await store.decision("dec_1")).toBeNull();
      expect(await store.recording("dec_1")).toBeNull();
      expect(await store.due(NOON, 10)).toEqual([]);
      expect(await ledger()).toEqual([]);
      expect(await store.pinned("sha256:aa")).toBeNull();
      expect(await store.reply("person:kim", "k1")).toBeNull();
    }

    describe("a record", () => {
      test("is null before the first commit", async () => {
        expect(await store.record("checkout")).toBeNull();
        expect(await store.all()).toEqual([]);
      });

      test.each(Object.keys(RAMPS) as RampState[])("comes back whole in state %s", async (state) => {
        const saved = fullRecord("checkout", RAMPS[state]);
        await store.commit(moment(saved));
        expect(await store.record("checkout")).toEqual({ ...saved, version: 1 });
      });

      test("has its version raised by each commit, whatever version it carries", async () => {
        expect(await store.commit(moment(record("checkout", { version: 40 })))).toBe(true);
        expect(await store.commit(moment(record("checkout", { version: 40 }), { expecting: 1 }))).toBe(true);
        expect(await store.record("checkout")).toMatchObject({ version: 2 });
      });

      test("is refused when another commit was first", async () => {
        await store.commit(moment(record("checkout")));
        await store.commit(moment(record("checkout", { holdMs: 1 }), { expecting: 1 }));
        expect(await store.commit(moment(record("checkout", { holdMs: 2 }), { expecting: 1 }))).toBe(false);
        expect(await store.record("checkout")).toMatchObject({ version: 2, holdMs: 1 });
      });

      test("is refused as new when it exists, and as known when it does not", async () => {
        expect(await store.commit(moment(record("checkout"), { expecting: 1 }))).toBe(false);
        await store.commit(moment(record("checkout")));
        expect(await store.commit(moment(record("checkout")))).toBe(false);
      });

      test("lets exactly one of many commits in flight through", async () => {
        await store.commit(moment(record("checkout")));
        const tries = Array.from({ length: 20 }, (_, index) =>
          store.commit(
            moment(record("checkout", { holdMs: index }), {
              expecting: 1,
              decision: { kind: "insert", decision: decision(`dec_${index}`) },
            }),
          ),
        );
        const won = (await Promise.all(tries)).map((done, index) => (done ? [index] : [])).flat();
        expect(won).toHaveLength(1);
        expect(await store.record("checkout")).toMatchObject({ version: 2, holdMs: won[0] });
        expect((await store.decisions("checkout", 50, null)).map(({ id }) => id)).toEqual([`dec_${won[0]}`]);
      });

      test("shares no object with its reader or writer", async () => {
        const saved = fullRecord("checkout", RAMPS.halted);
        await store.commit(moment(saved));
        const read = await store.record("checkout");
        (read as { holdMs: number }).holdMs = -1;
        (saved.exposure as { set: number }).set = 99;
        expect(await store.record("checkout")).toMatchObject({ holdMs: 90_000, exposure: { set: 5 } });
      });

      test("is listed with all others by name", async () => {
        for (const gate of ["pim", "checkout", "erp"]) await store.commit(moment(record(gate)));
        expect((await store.all()).map(({ gate }) => gate)).toEqual(["checkout", "erp", "pim"]);
      });
    });

    describe("a commit", () => {
      test("keeps all of its parts", async () => {
        expect(await store.commit(whole())).toBe(true);
        expect(await store.record("checkout")).not.toBeNull();
        expect(await store.decision("dec_1")).toEqual(decision("dec_1"));
        expect(await store.due(NOON, 10)).toHaveLength(2);
        expect(await store.changes({ gate: "checkout", service: null }, 5, null)).toEqual([
          exposureChange("chg_2", { from: 0.5 }),
          exposureChange("chg_1"),
        ]);
        expect(await store.pinned("sha256:aa")).toEqual(definition("sha256:aa"));
        expect(await store.reply("person:kim", "k1")).toEqual(reply("k1"));
      });

      test.each(PARTS)("keeps nothing when its %s cannot be written, and can be repeated", async (part) => {
        const repair = subject.breakPart(part);
        await expect(store.commit(whole())).rejects.toThrow();
        repair();
        await expectNothing();
        expect(await store.commit(whole())).toBe(true);
      });

      test("keeps nothing when the record has another version", async () => {
        expect(await store.commit({ ...whole(), expecting: 3 })).toBe(false);
        await expectNothing();
      });
    });

    describe("a decision", () => {
      test("is listed newest first, page by page, of its gate alone", async () => {
        for (const id of ["d1", "d2", "d3", "d4", "d5"]) {
          await insert(id);
          await insert(`other-${id}`, "erp");
        }
        expect(await ids(2, null)).toEqual(["d5", "d4"]);
        expect(await ids(2, "d4")).toEqual(["d3", "d2"]);
        expect(await ids(2, "d2")).toEqual(["d1"]);
        expect(await ids(2, "d1")).toEqual([]);
      });

      test("that is no cursor of this gate has nothing before it", async () => {
        await insert("d1");
        await insert("other", "erp");
        expect(await ids(5, "gone")).toEqual([]);
        expect(await ids(5, "other")).toEqual([]);
      });

      test("folds under its id and keeps its place", async () => {
        await insert("d1");
        await insert("d2");
        const folded = decision("d1", { lastAt: NOON + MINUTE, count: 5 });
        await store.commit(
          moment(record("checkout"), { expecting: 2, decision: { kind: "fold", decision: folded } }),
        );
        expect(await store.decision("d1")).toEqual(folded);
        expect(await ids(5, null)).toEqual(["d2", "d1"]);
      });

      test("is written by a fold whose row is gone", async () => {
        const folded = decision("d1", { count: 5 });
        await store.commit(moment(record("checkout"), { decision: { kind: "fold", decision: folded } }));
        expect(await store.decision("d1")).toEqual(folded);
      });

      test("is never replaced by another of the same id", async () => {
        await insert("d1");
        await expect(insert("d1")).rejects.toThrow();
        expect(await store.record("checkout")).toMatchObject({ version: 1 });
      });

      test("keeps numbers that JSON has no word for", async () => {
        const odd = decision("odd", { step: Number.NaN, of: Number.NEGATIVE_INFINITY });
        await store.commit(moment(record("checkout"), { decision: { kind: "insert", decision: odd } }));
        expect(await store.decision("odd")).toEqual(odd);
      });

      test("is null when there is none", async () => {
        expect(await store.decision("none")).toBeNull();
      });
    });

    describe("what a decision was made from", () => {
      test("comes back whole, with the gate it was made by, and stays when the row is folded", async () => {
        const made = aRecording({ facts: passFacts({ decision: "dec_1", clockSkewMs: Number.NaN }) });
        await keep(made);
        const folded = decision("dec_1", { count: 2 });
        const fold = moment(record("checkout"), {
          expecting: 1,
          decision: { kind: "fold", decision: folded },
        });
        await store.commit(fold);
        expect(await store.decision("dec_1")).toEqual(folded);
        expect(await store.recording("dec_1")).toEqual(made);
      });

      test("is that of each decision, by one gate or by several", async () => {
        const other = aGate({ title: "Checkout" });
        const { definition: facts } = passFacts();
        const changed = passFacts({ decision: "dec_3", definition: { ...facts, hash: "sha256:bb" } });
        await keep(aRecording({ facts: passFacts({ decision: "dec_1" }) }));
        await keep(aRecording({ facts: passFacts({ decision: "dec_2", now: NOON + MINUTE }) }));
        await keep(aRecording({ gate: other, facts: changed }));
        expect(await store.recording("dec_2")).toMatchObject({ inputs: { facts: { now: NOON + MINUTE } } });
        expect(await store.recording("dec_3")).toMatchObject({ gate: { title: "Checkout" } });
        expect(await store.recording("dec_1")).toMatchObject({ gate: { title: null } });
      });

      test("is null where nothing was kept", async () => {
        await insert("dec_1");
        expect(await store.recording("dec_1")).toBeNull();
        expect(await store.recording("none")).toBeNull();
      });
    });

    describe("the ledger", () => {
      test("keeps a deploy whole, with the reply to whoever told it", async () => {
        const told = deploy("chg_1", { url: "https://ci.example.com/7" });
        expect(await store.addDeploy(told, reply("k1", { status: 201 }))).toBe(true);
        expect(await store.changes({ gate: null, service: null }, 5, null)).toEqual([told]);
        expect(await store.reply("person:kim", "k1")).toEqual(reply("k1", { status: 201 }));
      });

      test("takes a deploy without a reply", async () => {
        expect(await store.addDeploy(deploy("chg_1"), null)).toBe(true);
        expect(await ledger()).toEqual(["chg_1"]);
      });

      test("takes no deploy under a key that has its reply already", async () => {
        await store.addDeploy(deploy("chg_1"), reply("k1"));
        expect(await store.addDeploy(deploy("chg_2"), reply("k1", { request: "digest-2" }))).toBe(false);
        expect(await ledger()).toEqual(["chg_1"]);
        expect(await store.reply("person:kim", "k1")).toEqual(reply("k1"));
      });

      test("takes no id twice, and then keeps nothing of that moment", async () => {
        await store.addDeploy(deploy("chg_1"), null);
        await expect(store.addDeploy(deploy("chg_1", { version: "2" }), reply("k1"))).rejects.toThrow();
        await expect(enter(exposureChange("chg_1"))).rejects.toThrow();
        await expect(enter(exposureChange("chg_2"), exposureChange("chg_2"))).rejects.toThrow();
        expect(await store.changes({ gate: null, service: null }, 5, null)).toEqual([deploy("chg_1")]);
        expect(await store.reply("person:kim", "k1")).toBeNull();
        expect(await store.record("checkout")).toBeNull();
      });

      test.each(["change", "reply"] as const)(
        "keeps nothing of a deploy when its %s cannot be written",
        async (part) => {
          const repair = subject.breakPart(part);
          await expect(store.addDeploy(deploy("chg_1"), reply("k1"))).rejects.toThrow();
          repair();
          expect(await ledger()).toEqual([]);
          expect(await store.reply("person:kim", "k1")).toBeNull();
        },
      );

      test("is read by when things happened, newest first, whenever they were told", async () => {
        await enter(exposureChange("e1", { at: NOON }), exposureChange("e2", { at: NOON + MINUTE }));
        await store.addDeploy(deploy("d1", { at: NOON + MINUTE }), null);
        await store.addDeploy(deploy("late", { at: NOON - MINUTE }), null);
        expect(await ledger()).toEqual(["d1", "e2", "e1", "late"]);
      });

      test("is read page by page, and a deploy told late comes twice on none of them", async () => {
        for (const id of ["e1", "e2", "e3", "e4"]) await enter(exposureChange(id));
        expect(await ledger({}, 2)).toEqual(["e4", "e3"]);
        await store.addDeploy(deploy("late", { at: NOON - MINUTE }), null);
        await enter(exposureChange("e5"));
        expect(await ledger({}, 2, "e3")).toEqual(["e2", "e1"]);
        expect(await ledger({}, 2, "e1")).toEqual(["late"]);
        expect(await ledger({}, 2, "late")).toEqual([]);
      });

      test("is read of one gate, of one service, or of a gate and its service", async () => {
        await enter(exposureChange("e1"), exposureChange("e2", { gate: "erp" }));
        await store.addDeploy(deploy("d1"), null);
        await store.addDeploy(deploy("d2", { service: "erp" }), null);
        expect(await ledger({ gate: "checkout" })).toEqual(["e1"]);
        expect(await ledger({ service: "shop/checkout" })).toEqual(["d1"]);
        expect(await ledger({ gate: "checkout", service: "shop/checkout" })).toEqual(["d1", "e1"]);
        expect(await ledger({ gate: "checkout", service: "shop/checkout" }, 5, "d1")).toEqual(["e1"]);
        expect(await ledger({ gate: "erp", service: "nothing" })).toEqual(["e2"]);
        expect(await ledger({ gate: "nothing" })).toEqual([]);
      });

      test("has nothing before a cursor that is not among what is asked for", async () => {
        await enter(exposureChange("e1"), exposureChange("e2", { gate: "erp", at: NOON + 1 }));
        expect(await ledger({}, 5, "gone")).toEqual([]);
        expect(await ledger({ gate: "checkout" }, 5, "e2")).toEqual([]);
        expect(await ledger({}, 5, "e2")).toEqual(["e1"]);
      });

      test("tells the deploys of a service from an instant on, the newest first and no more than asked for", async () => {
        const told = [
          deploy("d1", { at: NOON - 1 }),
          deploy("d2", { at: NOON }),
          deploy("d4", { at: NOON + 2 }),
          deploy("d3", { at: NOON + 1 }),
          deploy("other", { service: "shop", at: NOON + 1 }),
        ];
        for (const each of told) await store.addDeploy(each, null);
        await enter(exposureChange("e1", { gate: "shop/checkout" }));
        const deploys = await store.deploys("shop/checkout", NOON, 10);
        expect(deploys.map(({ id }) => id)).toEqual(["d4", "d3", "d2"]);
        expect(await store.deploys("shop/checkout", NOON, 1)).toEqual([deploy("d4", { at: NOON + 2 })]);
        expect(await store.deploys("shop/checkout", NOON + 3, 10)).toEqual([]);
      });
    });

    describe("a telling", () => {
      test("is due at once, whole, with when it was written", async () => {
        clock.set(NOON + 7);
        await tell("t1");
        expect(await store.due(NOON + 6, 10)).toEqual([]);
        expect(await store.due(NOON + 7, 10)).toEqual([
          { ...telling("t1"), createdAt: NOON + 7, attempts: 0 },
        ]);
      });

      test("is given oldest first and no more than asked for", async () => {
        await tell("b", "a");
        await tell("c");
        expect(await due(NOON)).toEqual(["b", "a", "c"]);
        expect(await due(NOON, 2)).toEqual(["b", "a"]);
      });

      test("is gone once delivered, and stays so when its key is told again", async () => {
        await tell("t1", "t2");
        await store.delivered("t1", NOON);
        await tell("t1");
        expect(await due(NOON)).toEqual(["t2"]);
      });

      test("told twice under one key is kept once, as it was first", async () => {
        await store.commit(
          moment(record("checkout"), { tellings: [telling("t1"), telling("t1", { title: "again" })] }),
        );
        expect(await store.due(NOON, 10)).toMatchObject([{ title: "checkout halted at 5 %" }]);
      });

      test("that failed is due again at its time, with its attempts counted", async () => {
        await tell("t1", "t2");
        await store.failed("t1", NOON + 5_000, "500");
        expect(await due(NOON + 4_999)).toEqual(["t2"]);
        await store.failed("t1", NOON + 9_000, "500");
        expect(await store.due(NOON + 9_000, 1)).toMatchObject([{ key: "t1", attempts: 2 }]);
      });

      test("that was delivered is not revived by a failure reported late", async () => {
        await tell("t1");
        await store.delivered("t1", NOON);
        await store.failed("t1", NOON, "timeout");
        expect(await due(NOON + MINUTE)).toEqual([]);
      });
    });

    describe("a reply", () => {
      test("belongs to its principal and key together", async () => {
        await store.commit(moment(record("a"), { reply: reply("k1") }));
        await store.commit(
          moment(record("b"), { reply: reply("k1", { principal: "machine:ci", status: 409 }) }),
        );
        expect(await store.reply("person:kim", "k1")).toEqual(reply("k1"));
        expect(await store.reply("machine:ci", "k1")).toMatchObject({ status: 409 });
        expect(await store.reply("person:kim", "k2")).toBeNull();
      });

      test("is given once: a second commit under its key has no effect at all", async () => {
        await store.commit(moment(record("a"), { reply: reply("k1") }));
        const again = moment(record("a", { holdMs: 1 }), {
          expecting: 1,
          decision: { kind: "insert", decision: decision("dec_1") },
          tellings: [telling("t1")],
          reply: reply("k1", { request: "digest-2" }),
        });
        expect(await store.commit(again)).toBe(false);
        expect(await store.record("a")).toMatchObject({ version: 1, holdMs: 90_000 });
        expect(await store.decision("dec_1")).toBeNull();
        expect(await store.due(NOON, 10)).toEqual([]);
        expect(await store.reply("person:kim", "k1")).toEqual(reply("k1"));
      });
    });

    describe("a token", () => {
      test("is found by id and listed by age", async () => {
        const older = token("t2");
        const newer = token("t1", { createdAt: NOON + 1, kind: "machine", name: "ci", scopes: [] });
        await store.add(newer);
        await store.add(older);
        expect(await store.find("t1")).toEqual(newer);
        expect(await store.find("t3")).toBeNull();
        expect(await store.list()).toEqual([older, newer]);
      });

      test("is revoked once, at the first instant", async () => {
        await store.add(token("t1"));
        expect(await store.revoke("t1", NOON + 1, "person:anna")).toBe(true);
        expect(await store.revoke("t1", NOON + 2, "person:anna")).toBe(false);
        expect(await store.revoke("t9", NOON + 2, "person:anna")).toBe(false);
        expect(await store.find("t1")).toMatchObject({ revokedAt: NOON + 1 });
      });

      test("is never replaced by another of the same id", async () => {
        await store.add(token("t1"));
        await expect(store.add(token("t1", { name: "eve" }))).rejects.toThrow();
        expect(await store.find("t1")).toMatchObject({ name: "kim" });
      });
    });

    describe("a source", () => {
      test("is dark from the instant it was said to be until it answers", async () => {
        expect(await store.darkSince("main")).toBeNull();
        await store.setDarkSince("main", NOON);
        await store.setDarkSince("main", NOON + 1);
        expect(await store.darkSince("main")).toBe(NOON + 1);
        expect(await store.darkSince("other")).toBeNull();
        await store.setDarkSince("main", null);
        expect(await store.darkSince("main")).toBeNull();
      });
    });

    describe("maintenance of a source", () => {
      test("is kept whole, with its entry of the ledger and the reply", async () => {
        const kept = begins(from(0, 2 * MINUTE));
        expect(await store.keepMaintenance({ ...kept, reply: reply("k1") })).toBe(true);
        expect(await store.maintenance(NOON)).toEqual([kept.begins]);
        expect(await store.changes({ gate: null, service: null }, 5, null)).toEqual([kept.change]);
        expect(await store.reply("person:kim", "k1")).toEqual(reply("k1"));
        expect(await (await subject.reopen()).maintenance(NOON)).toEqual([kept.begins]);
      });

      test("is of no gate and of no service", async () => {
        await store.keepMaintenance(begins(from(0, MINUTE)));
        expect(await store.changes({ gate: "checkout", service: "main" }, 5, null)).toEqual([]);
      });

      test("is found until it ends, the oldest first", async () => {
        await store.keepMaintenance(begins(from(MINUTE, 3 * MINUTE, { id: "mnt_2" })));
        await store.keepMaintenance(begins(from(0, 2 * MINUTE, { source: "other" }), "chg_2"));
        const found = async (after: number) => (await store.maintenance(NOON + after)).map(({ id }) => id);
        expect(await found(2 * MINUTE - 1)).toEqual(["mnt_1", "mnt_2"]);
        expect(await found(2 * MINUTE)).toEqual(["mnt_2"]);
        expect(await found(3 * MINUTE)).toEqual([]);
      });

      test("ends when it is ended, and when another takes its place", async () => {
        await store.keepMaintenance(begins(from(0, 9 * MINUTE)));
        await store.keepMaintenance(begins(from(0, 9 * MINUTE, { id: "mnt_2", source: "other" }), "chg_2"));
        await store.keepMaintenance(begins(from(MINUTE, 5 * MINUTE, { id: "mnt_3" }), "chg_3"));
        await store.keepMaintenance(ends(2 * MINUTE));
        const untils = (await store.maintenance(NOON)).map(({ id, until }) => [id, until - NOON]);
        expect(Object.fromEntries(untils)).toEqual({
          mnt_1: MINUTE,
          mnt_2: 9 * MINUTE,
          mnt_3: 2 * MINUTE,
        });
      });

      test("is not kept under a key that has its reply already", async () => {
        await store.addDeploy(deploy("chg_7"), reply("k1"));
        expect(await store.keepMaintenance({ ...begins(from(0, MINUTE)), reply: reply("k1") })).toBe(false);
        expect(await store.maintenance(NOON)).toEqual([]);
      });

      test.each(["change", "reply"] as const)("is not kept when its %s cannot be written", async (part) => {
        await store.keepMaintenance(begins(from(0, 9 * MINUTE)));
        const repair = subject.breakPart(part);
        const next = begins(from(MINUTE, 2 * MINUTE, { id: "mnt_2" }), "chg_2");
        await expect(store.keepMaintenance({ ...next, reply: reply("k1") })).rejects.toThrow();
        repair();
        expect(await store.maintenance(NOON)).toEqual([from(0, 9 * MINUTE)]);
        expect(await ledger()).toEqual(["chg_1"]);
      });
    });

    describe("a later process", () => {
      test("finds the same store id and takes a later epoch", async () => {
        const id = store.storeId();
        expect(id).toMatch(/^[a-z0-9]{3}$/);
        const epochs = [store.epoch()];
        for (let opening = 0; opening < 2; opening += 1) {
          const next = await subject.reopen();
          expect(next.storeId()).toBe(id);
          epochs.push(next.epoch());
        }
        expect(epochs).toEqual([...new Set(epochs)].toSorted((a, b) => a - b));
      });

      test("finds everything that was committed", async () => {
        await store.commit(
          moment(fullRecord("checkout", RAMPS["rolling-back"]), {
            decision: { kind: "insert", decision: decision("dec_1") },
            tellings: [telling("t1"), telling("t2")],
            changes: [exposureChange("chg_1")],
            pin: definition("sha256:aa"),
            reply: reply("k1"),
          }),
        );
        await store.addDeploy(deploy("chg_2"), null);
        await store.failed("t1", NOON + 1, "500");
        await store.delivered("t2", NOON);
        await store.add(token("t1"));
        await store.setDarkSince("main", NOON);

        const next = await subject.reopen();
        expect(await next.record("checkout")).toEqual({
          ...fullRecord("checkout", RAMPS["rolling-back"]),
          version: 1,
        });
        expect(await next.decisions("checkout", 5, null)).toEqual([decision("dec_1")]);
        expect(await next.due(NOON + 1, 5)).toMatchObject([{ key: "t1", attempts: 1 }]);
        expect(await next.pinned("sha256:aa")).toEqual(definition("sha256:aa"));
        expect(await next.reply("person:kim", "k1")).toEqual(reply("k1"));
        expect(await next.changes({ gate: null, service: null }, 5, null)).toEqual([
          deploy("chg_2"),
          exposureChange("chg_1"),
        ]);
        expect(await next.find("t1")).toEqual(token("t1"));
        expect(await next.darkSince("main")).toBe(NOON);
      });
    });
  });
}

function whole(): Commit {
  return moment(record("checkout"), {
    decision: { kind: "insert", decision: decision("dec_1") },
    inputs: aRecording({ facts: passFacts({ decision: "dec_1" }) }),
    tellings: [telling("t1"), telling("t2")],
    changes: [exposureChange("chg_1"), exposureChange("chg_2", { from: 0.5 })],
    pin: definition("sha256:aa"),
    reply: reply("k1"),
  });
}

/** Maintenance, in ms from noon. */
function from(since: number, until: number, changes: Partial<Maintenance> = {}): Maintenance {
  const times = { source: "main", since: NOON + since, until: NOON + until };
  return { id: "mnt_1", by: "person:kim", reason: "upgrade (☕)", ...times, ...changes };
}

function begins(begun: Maintenance, id = "chg_1"): MaintenanceKept {
  const { source, since: at, until, by, reason } = begun;
  const change = { kind: "maintenance", id, at, source, event: "begun", until, by, reason } as const;
  return { change, begins: begun, reply: null };
}

function ends(at: number, id = "chg_9"): MaintenanceKept {
  const { change } = begins(from(at, at), id);
  return { change: { ...change, event: "ended" }, begins: null, reply: null };
}
