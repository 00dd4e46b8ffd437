import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A file system of its own, in a folder. */
export type Mount = {
  readonly folder: string;
  /** The file behind it; null where it lies in memory. */
  readonly image: string | null;
  remove(): Promise<void>;
};

export type MountOutcome =
  | { readonly ok: true; readonly mount: Mount }
  | { readonly ok: false; readonly why: string };

/** In memory, and so small that it can be filled up. */
export function mountSmall(bytes: number): Promise<MountOutcome> {
  return mountIn((folder) => run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]), null);
}

/** An ext4 on a block device that is a file, whose bytes are what a disk would hold. */
export async function mountImage(image: string): Promise<MountOutcome> {
  return mountIn((folder) => run("mount", ["-o", "loop", image, folder]), image);
}

/** Makes an empty ext4 in a new file. */
export async function makeImage(path: string, size: string): Promise<void> {
  await run("truncate", ["-s", size, path]);
  // Whole at once, since the kernel would go on writing to a file system that is made lazily.
  await run("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", path]);
}

/** Copies a file twice and again until nothing was written to it in between, so that the copy is of one instant. */
export async function copyStill(from: string, to: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await run("cp", ["--sparse=always", from, to]);
    const same = await run("cmp", ["-s", from, to]).then(
      () => true,
      () => false,
    );
    if (same) return;
  }
  throw new Error(`${from} does not stand still`);
}

async function mountIn(
  mount: (folder: string) => Promise<unknown>,
  image: string | null,
): Promise<MountOutcome> {
  const base = await mkdtemp(join(tmpdir(), "rampart-mount-"));
  const folder = join(base, "fs");
  await mkdir(folder);
  try {
    await mount(folder);
  } catch (error) {
    await rm(base, { recursive: true });
    const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n").slice(-2);
    return { ok: false, why: `a file system cannot be mounted here: ${first}` };
  }
  return {
    ok: true,
    mount: {
      folder,
      image,
      async remove() {
        await run("umount", [folder]);
        await rm(base, { recursive: true });
      },
    },
  };
}
