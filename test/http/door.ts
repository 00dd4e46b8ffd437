import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Express } from "express";
import type { AuditEntry, Clock, StoredToken, Tokens } from "../../src/control/ports.ts";
import { DAY } from "../../src/domain/instant.ts";
import type { Scope } from "../../src/domain/principal.ts";
import { createAuthenticator } from "../../src/http/auth/authenticator.ts";
import type { KnownPerson } from "../../src/http/auth/authenticator.ts";
import { createTokenDesk } from "../../src/http/auth/token-desk.ts";
import { mintToken } from "../../src/http/auth/token-text.ts";
import { createHttp } from "../../src/http/create-http.ts";
import type { TakenBackup } from "../../src/http/door.ts";
import type { Rates } from "../../src/http/rate-limits.ts";
import { createLog } from "../../src/lib/log.ts";
import { NOON, fakeController } from "../support/fake-controller.ts";
import type { FakeController } from "../support/fake-controller.ts";

export type TestClock = Clock & { at: number };

export function testClock(): TestClock {
  const clock: TestClock = { at: NOON, now: () => clock.at, elapsed: () => clock.at - NOON };
  return clock;
}

export function memoryTokens(): Tokens & { readonly rows: StoredToken[] } {
  const rows: StoredToken[] = [];
  return {
    rows,
    add: async (token) => void rows.push(token),
    find: async (id) => rows.find((row) => row.id === id) ?? null,
    list: async () => rows,
    async revoke(id, at) {
      const index = rows.findIndex((row) => row.id === id);
      const row = rows[index];
      if (row === undefined) return false;
      rows[index] = { ...row, revokedAt: row.revokedAt ?? at };
      return true;
    },
  };
}

/** Repeatable bytes that look random enough. */
export function countingRandom(): (size: number) => Uint8Array {
  let count = 0;
  return (size) => {
    count += 1;
    return createHash("sha512").update(String(count)).digest().subarray(0, size);
  };
}

const BACKUP_TEXT = "a copy, compacted";

/** SHA-256 of every backup that the door says it sends. */
export const BACKUP_SHA256 = createHash("sha256").update(BACKUP_TEXT).digest("hex");

/** A backup on its way: as announced, with another text of the same length, or cut off after so many bytes. */
export function sentBackup(over: { text?: string; breaksAfter?: number } = {}): TakenBackup {
  const { text = BACKUP_TEXT, breaksAfter } = over;
  async function* chunks() {
    yield Buffer.from(text.slice(0, breaksAfter));
    if (breaksAfter !== undefined) throw new Error("the disk broke");
  }
  const content = Readable.from(chunks());
  return { kind: "taken", bytes: text.length, sha256: BACKUP_SHA256, content };
}

export type TestDoor = {
  readonly app: Express;
  readonly controller: FakeController;
  readonly clock: TestClock;
  readonly tokens: ReturnType<typeof memoryTokens>;
  readonly people: KnownPerson[];
  /** What comes of asking for the next backup. */
  readonly backup: { next: () => TakenBackup };
  /** Everything the door noted in the audit. */
  readonly audited: AuditEntry[];
  /** From now on the audit takes nothing. */
  readonly breakAudit: () => void;
  /** Every line the server logged. */
  readonly logged: string[];
  readonly stop: () => void;
  token(kind: "person" | "machine", name: string, scopes: readonly Scope[]): string;
};

/** The real app over a scripted controller. */
export function testDoor(over: { rates?: Rates; bootstrap?: string } = {}): TestDoor {
  const clock = testClock();
  const tokens = memoryTokens();
  const random = countingRandom();
  const controller = fakeController();
  const people: KnownPerson[] = [
    { name: "anna", groups: ["release-managers"] },
    { name: "ben", groups: [] },
  ];
  const audited: AuditEntry[] = [];
  let isAuditBroken = false;
  const backup = { next: (): TakenBackup => sentBackup() };
  const logged: string[] = [];
  const { log } = createLog({ level: "debug", destination: { write: (line) => void logged.push(line) } });
  const stopping = new AbortController();
  const app = createHttp({
    controller,
    authenticator: createAuthenticator({
      tokens,
      people: () => people,
      clock,
      bootstrap: over.bootstrap ?? null,
    }),
    tokens: createTokenDesk({ tokens, people: () => people, clock, random, environment: "production" }),
    audit: {
      async append(entries) {
        if (isAuditBroken) throw new Error("the disk is full");
        audited.push(...entries);
      },
    },
    backups: { take: async () => backup.next() },
    clock,
    log,
    config: {
      publicUrl: "https://rampart.example.com",
      sourceUrls: { main: "https://prometheus.example.com" },
      version: "0.1.0",
      environment: "production",
      trustProxy: [],
      ...(over.rates === undefined ? {} : { rates: over.rates }),
    },
    stopping: stopping.signal,
  });
  return {
    app,
    controller,
    clock,
    tokens,
    people,
    backup,
    audited,
    breakAudit: () => (isAuditBroken = true),
    logged,
    stop: () => stopping.abort(),
    token(kind, name, scopes) {
      const { id, text, digest } = mintToken("production", random);
      tokens.rows.push({
        id,
        digest,
        kind,
        name,
        scopes,
        createdAt: NOON,
        createdBy: "person:anna",
        expiresAt: NOON + 30 * DAY,
        revokedAt: null,
      });
      return text;
    },
  };
}
