import { assert, property, uint8Array } from "fast-check";
import { expect, it } from "vitest";
import { snappyBlock } from "../../../src/throwaway/snappy.ts";
import { writeRequest } from "../../../src/throwaway/write-request.ts";

/** Reads literals alone, by the description of the format. */
function unpacked(block: Uint8Array): { readonly length: number; readonly bytes: Uint8Array } {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const digit = block[at++] ?? 0;
    length += (digit & 127) * 2 ** shift;
    if (digit < 128) break;
  }
  const parts: Uint8Array[] = [];
  while (at < block.length) {
    const tag = block[at++] ?? 0;
    expect(tag & 3).toBe(0);
    const size = (tag >> 2) + 1;
    expect(size).toBeLessThanOrEqual(60);
    parts.push(block.subarray(at, at + size));
    at += size;
  }
  return { length, bytes: Buffer.concat(parts) };
}

it("packs bytes so that any reader of Snappy finds them again", () => {
  assert(
    property(uint8Array({ maxLength: 500 }), (bytes) => {
      const { length, bytes: found } = unpacked(snappyBlock(bytes));
      expect(length).toBe(bytes.length);
      expect(Buffer.from(found)).toEqual(Buffer.from(bytes));
    }),
  );
});

function label(name: string, value: string): readonly number[] {
  const text = [0x0a, name.length, ...Buffer.from(name), 0x12, value.length, ...Buffer.from(value)];
  return [0x0a, text.length, ...text];
}

it("writes labels in order, numbers as they are and the end of a series with its mark", () => {
  const bytes = writeRequest([
    {
      labels: { b: "2", __name__: "up" },
      samples: [
        { at: 300, value: 1.5 },
        { at: -1, value: "stale" },
      ],
    },
  ]);
  const first = [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0xac, 0x02];
  const ended = [0x09, 0x02, 0, 0, 0, 0, 0, 0xf0, 0x7f, 0x10, ...Array.from({ length: 9 }, () => 0xff), 0x01];
  const samples = [first, ended].flatMap((each) => [0x12, each.length, ...each]);
  const series = [...label("__name__", "up"), ...label("b", "2"), ...samples];
  expect([...bytes]).toEqual([0x0a, series.length, ...series]);
});
