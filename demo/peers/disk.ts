import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { copyFile, cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ChildProcess } from "./child-process.ts";

const run = promisify(execFile);
const MEBIBYTE = 1024 * 1024;
const IMAGE_BYTES = 24 * MEBIBYTE;
/** Mounts the image for this command alone: the mount is gone when the command is, however it ends. */
const MOUNTED = 'mount -o loop "$1" "$2" && shift 2 && exec "$@"';

type CommandLine = { readonly command: string; readonly args: readonly string[] };

/** Where a service keeps its store, and what loses power together with it. */
export type Disk = {
  readonly kind: "file system" | "folder";
  /** As commands on this disk see it. */
  readonly folder: string;
  /** Runs a command with this disk in place. */
  readonly on: (command: string, args: readonly string[]) => CommandLine;
  /** Takes the power from a service: what had not reached the disk in that moment is gone, and so is the service. */
  readonly cut: (service: ChildProcess) => Promise<void>;
};

/**
 * A file system of its own where that may be mounted (Linux, as root); a cut then loses whatever was not flushed to its
 * blocks. Elsewhere a folder, of which a cut keeps the files as the kernel has them, logs and all.
 */
export async function makeDisk(home: string): Promise<Disk> {
  return (await fileSystem(home)) ?? folderAlone(home);
}

async function fileSystem(home: string): Promise<Disk | null> {
  const [image, folder] = [join(home, "disk.img"), join(home, "disk")];
  const on: Disk["on"] = (command, args) => ({
    command: "unshare",
    args: ["--mount", "--propagation", "private", "sh", "-c", MOUNTED, "sh", image, folder, command, ...args],
  });
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(image, "");
    await run("truncate", ["-s", String(IMAGE_BYTES), image]);
    await run("mkfs.ext4", ["-q", "-F", image]);
    const probe = on("true", []);
    await run(probe.command, [...probe.args]);
  } catch {
    await rm(image, { force: true });
    return null;
  }
  return {
    kind: "file system",
    folder,
    on,
    async cut(service) {
      // Frozen, it writes nothing while its blocks are copied.
      await service.suspend();
      await copyFile(image, `${image}.cut`, constants.COPYFILE_FICLONE);
      await service.kill();
      await rename(`${image}.cut`, image);
    },
  };
}

async function folderAlone(home: string): Promise<Disk> {
  const folder = join(home, "disk");
  await mkdir(folder, { recursive: true });
  return {
    kind: "folder",
    folder,
    on: (command, args) => ({ command, args }),
    async cut(service) {
      await service.suspend();
      await cp(folder, `${folder}.cut`, { recursive: true });
      await service.kill();
      await rm(folder, { recursive: true });
      await rename(`${folder}.cut`, folder);
    },
  };
}
