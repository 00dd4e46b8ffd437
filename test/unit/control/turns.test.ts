import { expect, test } from "vitest";
import { Turns } from "../../../src/control/turns.ts";

test("work of one gate happens one at a time, in the order it was asked for", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const works = gates.map(({ promise }, index) =>
    turns.take("checkout", async () => {
      log.push(`begin ${index}`);
      await promise;
      log.push(`end ${index}`);
    }),
  );
  gates[2]?.resolve();
  gates[1]?.resolve();
  gates[0]?.resolve();
  await Promise.all(works);
  expect(log).toEqual(["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]);
});

test("another gate does not wait", async () => {
  const turns = new Turns();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = turns.take("slow", () => promise);
  expect(await turns.take("quick", () => Promise.resolve("done"))).toBe("done");
  resolve();
  await slow;
});

test("work that fails rejects for its caller alone, and the next has its turn", async () => {
  const turns = new Turns();
  const failing = turns.take("checkout", () => Promise.reject(new Error("no")));
  const next = turns.take("checkout", () => Promise.resolve("done"));
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("done");
});

test("idle waits for all work, also for what is asked for while it waits", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  void turns.take("checkout", () => first.promise);
  const idle = turns.idle().then(() => log.push("idle"));
  void turns.take("search", async () => {
    await second.promise;
    log.push("second");
  });
  first.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  second.resolve();
  await idle;
  expect(log).toEqual(["second", "idle"]);
  await expect(turns.idle()).resolves.toBeUndefined();
});

test("what is asked for when the first work ends still waits for the second", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const second = Promise.withResolvers<void>();
  const first = turns.take("checkout", () => Promise.resolve());
  const slow = turns.take("checkout", async () => {
    await second.promise;
    log.push("second");
  });
  await first;
  const third = turns.take("checkout", async () => void log.push("third"));
  await new Promise((resolve) => setImmediate(resolve));
  second.resolve();
  await Promise.all([slow, third]);
  expect(log).toEqual(["second", "third"]);
});
