import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { SavedFile } from "./cli/context.ts";

/**
 * Writes a new file for its owner alone, durable when this resolves. Content of another SHA-256 (hex) is not kept, nor is a
 * part of it. Rejects when the content itself breaks off.
 */
export async function saveNew(
  path: string,
  content: AsyncIterable<Uint8Array>,
  sha256: string,
): Promise<SavedFile> {
  const opened = await open(path, "wx", 0o600).catch((error: unknown) => refusal(path, error));
  if ("ok" in opened) return opened;
  let isWhole = false;
  try {
    const written = await write(opened, content);
    isWhole = written.sha256 === sha256;
    if (isWhole) return { ok: true, bytes: written.bytes };
    const message = `${path} is not written: what arrived is not what was sent (SHA-256 ${written.sha256}, not ${sha256})`;
    return { ok: false, message };
  } catch (error) {
    return refusal(path, error);
  } finally {
    await opened.close();
    if (!isWhole) await rm(path, { force: true });
  }
}

async function write(
  file: FileHandle,
  content: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of content) {
    await file.writeFile(chunk);
    hash.update(chunk);
    bytes += chunk.length;
  }
  await file.sync();
  return { bytes, sha256: hash.digest("hex") };
}

/** A failure of the disk in words; anything else is thrown on. */
function refusal(path: string, error: unknown): Extract<SavedFile, { ok: false }> {
  if (error instanceof Error && "syscall" in error && "code" in error) {
    return { ok: false, message: `${path} cannot be written (${String(error.code)})` };
  }
  throw error;
}
