import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { describe, expect, it } from "vitest";
import { guardedLookup, isForbiddenAddress } from "../../../src/lib/forbidden-address.ts";

describe("forbidden addresses", () => {
  it.each([
    "169.254.169.254",
    "169.254.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
  ])("include %s", (address) => {
    expect(isForbiddenAddress(address)).toBe(true);
  });

  it.each([
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "::1",
    "fd00::1",
    "169.253.1.1",
    "prometheus",
    "100.100.100.100",
  ])("do not include %s: private networks are where our peers live", (address) => {
    expect(isForbiddenAddress(address)).toBe(false);
  });
});

describe("a guarded lookup", () => {
  it("refuses a name when one of its addresses is forbidden", async () => {
    const answer = [
      { address: "10.0.0.1", family: 4 },
      { address: "169.254.169.254", family: 4 },
    ];
    expect(await resolved(resolvesTo(answer))).toBe("ERR_FORBIDDEN_ADDRESS");
  });

  it("refuses a name that resolves to one forbidden address", async () => {
    expect(await resolved(resolvesTo("fe80::1"))).toBe("ERR_FORBIDDEN_ADDRESS");
  });

  it("hands on what was checked, so that nothing is resolved a second time", async () => {
    const answer = [{ address: "10.0.0.1", family: 4 }];
    expect(await resolved(resolvesTo(answer))).toBe(answer);
  });

  it("hands on the resolver's own failure", async () => {
    expect(await resolved(notFound)).toBe("ENOTFOUND");
  });
});

function resolvesTo(answer: string | LookupAddress[]): LookupFunction {
  return (_name, _options, callback) => callback(null, answer, 4);
}

function resolved(resolve: LookupFunction): Promise<unknown> {
  return new Promise((done) => {
    guardedLookup(resolve)("prometheus", { all: true }, (error, address) => done(error?.code ?? address));
  });
}

const notFound: LookupFunction = (_name, _options, callback) =>
  callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), "", 0);
