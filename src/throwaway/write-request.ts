import type { SampledSeries } from "../rehearsal/ports.ts";
import { varint } from "./varint.ts";

/** The NaN by which Prometheus knows that a series has ended (model/value, StaleNaN). */
const STALE_BITS = 0x7ff0_0000_0000_0002n;

const LENGTH_DELIMITED = 2;
const FIXED_64 = 1;

/**
 * The body of a remote write, version 1, before compression: `prometheus.WriteRequest` of prompb, with the fields
 * `timeseries` 1 { `labels` 1 { `name` 1, `value` 2 }, `samples` 2 { `value` 1, `timestamp` 2 } }.
 */
export function writeRequest(series: readonly SampledSeries[]): Uint8Array {
  return Buffer.concat(series.map((each) => message(1, timeSeries(each))));
}

function timeSeries({ labels, samples }: SampledSeries): Uint8Array {
  // Prometheus asks for labels in the order of their bytes.
  const sorted = Object.entries(labels).toSorted(([a], [b]) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const written = sorted.map(([name, value]) =>
    message(1, Buffer.concat([message(1, Buffer.from(name)), message(2, Buffer.from(value))])),
  );
  return Buffer.concat([...written, ...samples.map((sample) => message(2, sampleBytes(sample)))]);
}

function sampleBytes({ at, value }: SampledSeries["samples"][number]): Uint8Array {
  const number = Buffer.alloc(8);
  if (value === "stale") number.writeBigUInt64LE(STALE_BITS);
  else number.writeDoubleLE(value);
  return Buffer.concat([tag(1, FIXED_64), number, tag(2, 0), varint(at)]);
}

function message(field: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

function tag(field: number, wireType: number): Uint8Array {
  return varint((field << 3) | wireType);
}
