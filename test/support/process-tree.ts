import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

type Entry = { readonly pid: number; readonly parent: number; readonly state: string };

/** Everything that descends from a process, the process itself left out. */
export async function descendants(root: number): Promise<readonly number[]> {
  const all = await processes();
  const found: number[] = [];
  const open = [root];
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    for (const entry of all) {
      if (entry.parent !== parent) continue;
      found.push(entry.pid);
      open.push(entry.pid);
    }
  }
  return found;
}

/** Which of these still run; one that ended and was not collected yet does not. */
export async function running(pids: readonly number[]): Promise<readonly number[]> {
  const all = await processes();
  return all.filter(({ pid, state }) => pids.includes(pid) && state !== "Z").map(({ pid }) => pid);
}

/** Those that still run after the deadline; empty as soon as none does. */
export async function survivors(pids: readonly number[], withinMs: number): Promise<readonly number[]> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const left = await running(pids);
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(50);
  }
}

async function processes(): Promise<readonly Entry[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = await Promise.all(names.map((name) => readEntry(Number(name))));
  return read.filter((one) => one !== undefined);
}

async function readEntry(pid: number): Promise<Entry | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    // It ended between the listing and the reading: ESRCH when that happens during the read itself.
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
  // The name in brackets may itself hold spaces and brackets.
  const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(parent), state };
}
