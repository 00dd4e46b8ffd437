import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../../src/control/ports.ts";
import { type Reserve, keepWith, reserveBeside } from "../../../src/store/reserve.ts";
import { aHalt, aPause, aRecord, aRollback, anIntention } from "../../support/builders.ts";
import { makeFolder } from "./folder.ts";

const MIB = 1024 * 1024;

let folder: Awaited<ReturnType<typeof makeFolder>>;

beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

function held(): readonly number[] {
  const beside = dirname(folder.path);
  return readdirSync(beside)
    .filter((name) => name.endsWith(".reserve"))
    .map((name) => statSync(`${beside}/${name}`).size);
}

describe("the reserve beside a store", () => {
  test("holds its room, gives it back once, and takes it again", () => {
    const reserve = reserveBeside(folder.path);
    expect(held()).toEqual([4 * MIB]);
    expect(reserve.release()).toBe(true);
    expect(held()).toEqual([]);
    expect(reserve.release()).toBe(false);
    expect(reserve.refill()).toBe(true);
    expect(held()).toEqual([4 * MIB]);
    expect(reserve.release()).toBe(true);
  });

  test("is made whole where a process died over it", () => {
    writeFileSync(`${folder.path}.reserve`, "part of it");
    reserveBeside(folder.path);
    expect(held()).toEqual([4 * MIB]);
  });

  test("is left as it is where a process before has made it", () => {
    reserveBeside(folder.path);
    const made = statSync(`${folder.path}.reserve`, { bigint: true }).mtimeNs;
    const again = reserveBeside(folder.path);
    expect(statSync(`${folder.path}.reserve`, { bigint: true }).mtimeNs).toBe(made);
    expect(again.release()).toBe(true);
  });

  test("is none where it cannot be made", () => {
    const missing = `${folder.path}-folder/rampart.db`;
    const reserve = reserveBeside(missing);
    expect(reserve.release()).toBe(false);
    mkdirSync(dirname(missing));
    expect(reserve.refill()).toBe(true);
    expect(reserve.release()).toBe(true);
  });

  test("says that it is in use until it could be taken again", () => {
    const away = `${folder.path}-folder`;
    mkdirSync(away);
    const reserve = reserveBeside(`${away}/rampart.db`);
    reserve.release();
    rmSync(away, { recursive: true });
    expect(reserve.refill()).toBe(false);
    mkdirSync(away);
    expect(reserve.refill()).toBe(true);
  });
});

function attempts(failures: readonly Error[]): { readonly keep: () => Promise<boolean>; count: number } {
  const tried = {
    count: 0,
    keep: async () => {
      const failure = failures[tried.count];
      tried.count += 1;
      if (failure !== undefined) throw failure;
      return true;
    },
  };
  return tried;
}

function reserveOf(room: number): Reserve & { readonly left: () => number } {
  let left = room;
  return { release: () => left-- > 0, refill: () => left > 0, left: () => Math.max(0, left) };
}

describe("on a full disk", () => {
  const full = new StoreUnavailable(
    "database or disk is full",
    false,
    Object.assign(new Error("full"), { errcode: 13 }),
  );
  const urgent = aRecord({ intention: anIntention({ kind: "lower", to: 0 }) });

  test.each([
    { what: "a decrease", record: urgent },
    { what: "a rollback that waits", record: aRecord({ ramp: aRollback() }) },
    { what: "a halt", record: aRecord({ ramp: aHalt() }) },
    { what: "a pause", record: aRecord({ ramp: aPause() }) },
  ])("$what is kept in the reserve", async ({ record }) => {
    const tried = attempts([full]);
    expect(await keepWith(reserveOf(1), record, tried.keep)).toBe(true);
    expect(tried.count).toBe(2);
  });

  test.each([
    { what: "an ordinary pass", record: aRecord(), failure: full, room: 1 },
    { what: "a raise", record: aRecord({ intention: anIntention(), ramp: aHalt() }), failure: full, room: 1 },
    { what: "a decrease without any reserve left", record: urgent, failure: full, room: 0 },
    {
      what: "a decrease on a broken disk",
      record: urgent,
      failure: new StoreUnavailable("IO", true, Object.assign(new Error("IO"), { errcode: 10 })),
      room: 1,
    },
    { what: "a decrease that meets a bug", record: urgent, failure: new Error("bug"), room: 1 },
  ])("$what fails", async ({ record, failure, room }) => {
    const reserve = reserveOf(room);
    const tried = attempts([failure]);
    await expect(keepWith(reserve, record, tried.keep)).rejects.toBe(failure);
    expect(tried.count).toBe(1);
    expect(reserve.left()).toBe(room);
  });

  test("no raise is kept while the reserve is in use, though there is space for it", async () => {
    const raise = aRecord({ intention: anIntention() });
    const tried = attempts([]);
    await expect(keepWith(reserveOf(0), raise, tried.keep)).rejects.toThrow("kept free for rollbacks");
    expect(tried.count).toBe(0);
    expect(await keepWith(reserveOf(0), aRecord(), tried.keep)).toBe(true);
    expect(await keepWith(reserveOf(1), raise, tried.keep)).toBe(true);
  });

  test("what does not fit into the reserve either fails", async () => {
    const tried = attempts([full, full]);
    await expect(keepWith(reserveOf(1), urgent, tried.keep)).rejects.toBe(full);
  });
});
