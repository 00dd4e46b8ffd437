import { createPrivateKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

export type Certificate = {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly subject: string;
};

const EC_WITH_SHA256 = sequence(oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
const COMMON_NAME = oid([0x55, 0x04, 0x03]);
const BASIC_CONSTRAINTS = oid([0x55, 0x1d, 0x13]);
const SUBJECT_ALT_NAME = oid([0x55, 0x1d, 0x11]);
const TRUE = tagged(0x01, Buffer.from([0xff]));

/** A new certificate authority, valid for two days around now. */
export function authority(subject: string): Certificate {
  return issue(subject, null, [extension(BASIC_CONSTRAINTS, sequence(TRUE), true)]);
}

/** A certificate for 127.0.0.1 and localhost, fit for a server and for a client. */
export function issuedBy(issuer: Certificate, subject: string): Certificate {
  const names = sequence(tagged(0x82, Buffer.from("localhost")), tagged(0x87, Buffer.from([127, 0, 0, 1])));
  return issue(subject, issuer, [extension(SUBJECT_ALT_NAME, names, false)]);
}

function issue(subject: string, issuer: Certificate | null, extensions: readonly Buffer[]): Certificate {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer: KeyObject = issuer === null ? pair.privateKey : createPrivateKey(issuer.key);
  const day = 24 * 60 * 60 * 1000;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    // The first byte positive and not zero, as DER wants integers.
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(8)])),
    EC_WITH_SHA256,
    nameOf(issuer?.subject ?? subject),
    sequence(utcTime(new Date(Date.now() - day)), utcTime(new Date(Date.now() + day))),
    nameOf(subject),
    pair.publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = bitString(sign("sha256", body, signer));
  return {
    cert: pem("CERTIFICATE", sequence(body, EC_WITH_SHA256, signature)),
    key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    subject,
  };
}

function nameOf(text: string): Buffer {
  return sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(text)))));
}

function extension(id: Buffer, content: Buffer, isCritical: boolean): Buffer {
  return sequence(id, ...(isCritical ? [TRUE] : []), tagged(0x04, content));
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function oid(bytes: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
