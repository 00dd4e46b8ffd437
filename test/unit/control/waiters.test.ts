import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Waiters } from "../../../src/control/waiters.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

const NEVER = new AbortController().signal;

test("everybody who waits for a gate is woken by its change, and nobody else", async () => {
  const clock = manualClock();
  const waiters = new Waiters(clock);
  const woken: string[] = [];
  const over = new AbortController();
  const wait = (gate: string, name: string) =>
    waiters.wait(gate, clock.now() + HOUR, over.signal).then(() => woken.push(name));
  const both = [wait("checkout", "a"), wait("checkout", "b")];
  const other = wait("search", "c");
  waiters.wake("checkout");
  await Promise.all(both);
  expect(woken.toSorted()).toEqual(["a", "b"]);
  over.abort();
  await other;
});

test("a wait ends at its deadline, even one that lies behind, and when it is aborted", async () => {
  const clock = manualClock();
  const waiters = new Waiters(clock);
  await waiters.wait("checkout", clock.now() - MINUTE, NEVER);
  await waiters.wait("checkout", clock.now() + 1, NEVER);
  await waiters.wait("checkout", clock.now() + HOUR, AbortSignal.abort());
  const leaving = new AbortController();
  const waiting = waiters.wait("checkout", clock.now() + HOUR, leaving.signal);
  leaving.abort();
  await waiting;
});

test("a wait does not end before its deadline", async () => {
  const clock = manualClock();
  const over = new AbortController();
  let isOver = false;
  const waiting = new Waiters(clock)
    .wait("checkout", clock.now() + HOUR, over.signal)
    .then(() => (isOver = true));
  // Timers without length end in the order in which they began.
  await sleep(0);
  expect(isOver).toBe(false);
  over.abort();
  await waiting;
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

test("who was woken leaves no timer behind that would hold up the end of the process", async () => {
  const clock = manualClock();
  const waiters = new Waiters(clock);
  const before = timers();
  const waiting = waiters.wait("checkout", clock.now() + HOUR, NEVER);
  expect(timers()).toBe(before + 1);
  waiters.wake("checkout");
  await waiting;
  expect(timers()).toBe(before);
});

test("a wake that came before the wait does not count", async () => {
  const clock = manualClock();
  const waiters = new Waiters(clock);
  waiters.wake("checkout");
  const over = new AbortController();
  let isOver = false;
  const waiting = waiters.wait("checkout", clock.now() + HOUR, over.signal).then(() => (isOver = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  waiters.wake("checkout");
  await waiting;
});

test("a pass, a command and an approval each end a wait for the gate", async () => {
  const world = createWorld();
  const later = () => world.conductor().changed("checkout", world.clock.now() + HOUR, NEVER);
  const byPass = later();
  await world.pass();
  await byPass;
  const byCommand = later();
  await world.tell({ action: "act" });
  await byCommand;
});
