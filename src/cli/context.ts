import type { TokenDesk } from "../api/tokens.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { Problem } from "../domain/problem.ts";
import type { Standalone } from "./standalone.ts";

export type Output = {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width of the terminal; null where there is none. */
  readonly columns: number | null;
};

/** The part of `fetch` that is used. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly redirect: "error";
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
  readonly body: AsyncIterable<Uint8Array> | null;
}>;

export type LintOutcome =
  | {
      readonly kind: "checked";
      readonly problems: readonly Problem[];
      /** Text of every file that was read, by the path its problems name. */
      readonly sources: ReadonlyMap<string, string>;
    }
  | { readonly kind: "unreadable"; readonly message: string };

export type OpenedTokens =
  | { readonly ok: true; readonly desk: TokenDesk; close(): Promise<void> }
  | { readonly ok: false; readonly message: string };

export type SavedFile =
  | { readonly ok: true; readonly bytes: number }
  | { readonly ok: false; readonly message: string };

/** The world as a command sees it. The command line starts nothing and reads nothing by itself. */
export type CliContext = {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: {
    readonly isTTY: boolean;
    /** Everything up to the end. */
    read(): Promise<string>;
    /** One line, after showing the question. */
    ask(question: string): Promise<string>;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: Fetch;
  readonly clock: {
    now(): Instant;
    elapsed(): Millis;
    /** Resolves early when aborted. */
    sleep(ms: Millis, abort: AbortSignal): Promise<void>;
  };
  /** IANA name of the user's time zone. */
  readonly timeZone: string;
  /** Aborted by an interrupt. */
  readonly stop: AbortSignal;
  /** A fresh idempotency key. */
  readonly newKey: () => string;
  /** Null: the file cannot be read. */
  readonly readText: (path: string) => Promise<string | null>;
  /** Writes a new file for its owner alone, whole or not at all: only content of that SHA-256 (hex) is kept. */
  readonly saveNew: (path: string, content: AsyncIterable<Uint8Array>, sha256: string) => Promise<SavedFile>;
  readonly version: string;
  readonly serve: (configPath: string) => Promise<number>;
  /** The token desk of a stopped server. */
  readonly openTokens: (storePath: string, configPath: string) => Promise<OpenedTokens>;
  readonly lintPath: (path: string) => Promise<LintOutcome>;
  readonly standalone: Standalone;
};
