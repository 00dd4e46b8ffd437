import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { StoreUnavailable } from "../control/ports.ts";
import type { GateRecord } from "../domain/record.ts";
import { isUrgent } from "../domain/urgent.ts";
import { isFull } from "./failure.ts";

/** Room for the rollbacks of many gates, with their pages and what they were decided from. */
const SIZE = 4 * 1024 * 1024;

/** Room on the disk of the store that is kept for what must not wait for space. */
export type Reserve = {
  /** Gives the room back to the disk; false: it was given back already, or there never was any. */
  release(): boolean;
  /**
   * Takes the room again where it is not held, as far as the disk has that much space. False while what was given back is
   * not there again.
   */
  refill(): boolean;
};

export const NO_RESERVE: Reserve = { release: () => false, refill: () => true };

/** Keeps a file of random bytes, which no file system stores in less, beside the store. */
export function reserveBeside(storePath: string): Reserve {
  const path = `${storePath}.reserve`;
  let isHeld = false;
  let isUsed = false;

  function refill(): boolean {
    isHeld ||= statSync(path, { throwIfNoEntry: false })?.size === SIZE;
    if (isHeld) return true;
    // What a process left that died over it is a part only.
    rmSync(path, { force: true });
    isHeld = fill(path);
    if (!isHeld) rmSync(path, { force: true });
    isUsed &&= !isHeld;
    return !isUsed;
  }

  refill();
  return {
    refill,
    release() {
      if (!isHeld) return false;
      rmSync(path, { force: true });
      isHeld = false;
      isUsed = true;
      return true;
    },
  };
}

/**
 * Keeps a record, on a full disk in the reserve where it is urgent. What else there is to keep fails until there is space,
 * and no raise is kept in what was set aside for the rollback it may need.
 */
export async function keepWith(
  reserve: Reserve,
  record: Pick<GateRecord, "intention" | "ramp">,
  keep: () => Promise<boolean>,
): Promise<boolean> {
  if (isUrgent(record)) return withRoom(reserve, keep);
  if (record.intention?.kind === "raise" && !reserve.refill()) {
    throw new StoreUnavailable(
      "the disk is full, and what was kept free for rollbacks is in use",
      false,
      null,
    );
  }
  return keep();
}

/** Does something on the store, on a full disk in the reserve. */
export async function withRoom<T>(reserve: Reserve, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isFull(error) || !reserve.release()) throw error;
    return act();
  }
}

function fill(path: string): boolean {
  let file: number | null = null;
  try {
    file = openSync(path, "wx", 0o600);
    const bytes = randomBytes(SIZE);
    let written = 0;
    while (written < SIZE) written += writeSync(file, bytes, written);
    // Only then has the disk really set the room aside.
    fsyncSync(file);
    return true;
  } catch (error) {
    // Without it everything works as long as there is space.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  } finally {
    if (file !== null) closeSync(file);
  }
}
