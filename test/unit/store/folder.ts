import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreUnavailable } from "../../../src/control/ports.ts";
import { type OpenedStore, openStore, type StoreOptions } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { setClock } from "./samples.ts";

/** A fresh folder with the path of a store in it. */
export async function makeFolder(): Promise<{ path: string; folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "rampart-store-"));
  return {
    folder,
    path: join(folder, "store.sqlite"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export function options(path: string, changes: Partial<StoreOptions> = {}): StoreOptions {
  return {
    path,
    clock: setClock(),
    randomBytes: (size) => new Uint8Array(size).fill(200),
    onFatal: (failure: StoreUnavailable) => {
      throw failure;
    },
    ...changes,
  };
}

export async function mustOpen(path: string, changes: Partial<StoreOptions> = {}): Promise<Store> {
  return opened(await openStore(options(path, changes)));
}

export function opened(result: OpenedStore): Store {
  if (!result.ok) throw new Error(result.message);
  return result.store;
}
