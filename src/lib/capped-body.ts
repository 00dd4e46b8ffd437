import type { Readable } from "node:stream";

/**
 * The whole body as text, or null as soon as it is longer than allowed; the stream is destroyed then, so a body
 * without end costs no more than the cap. Throws what the stream throws when it breaks off.
 */
export async function cappedText(body: Readable, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size).toString("utf8");
}
