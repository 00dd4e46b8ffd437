import type { Problem } from "../../domain/problem.ts";

/** What `rampart publish` asks for. */
export type PublishRequest = {
  /** The folder of gates. */
  readonly folder: string;
  /** Only compare: nothing is written. */
  readonly check: boolean;
  /** Path of the configuration, whose names the gates are checked with; it need not exist. */
  readonly config: string;
};

/** One file of the folder with its author, as Git says. */
export type PublishedFile = {
  readonly path: string;
  readonly sha256: string;
  readonly author: string;
  readonly commit: string;
};

/** A file whose author cannot be told, and what would change that. */
export type UnpublishableFile = { readonly path: string; readonly why: string; readonly mend: string };

export type PublishOutcome =
  | { readonly kind: "published"; readonly lock: string; readonly files: readonly PublishedFile[] }
  /** The lock says already what Git says. */
  | { readonly kind: "current"; readonly lock: string; readonly files: readonly PublishedFile[] }
  /** With `check`: the lock is missing or says something else. One sentence a difference. */
  | { readonly kind: "stale"; readonly lock: string; readonly differences: readonly string[] }
  | { readonly kind: "unpublishable"; readonly files: readonly UnpublishableFile[] }
  | {
      readonly kind: "faulty";
      readonly problems: readonly Problem[];
      /** Text of every file that was read, by the path its problems name. */
      readonly sources: ReadonlyMap<string, string>;
    }
  /** The folder cannot be read, Git cannot be asked, or the lock cannot be written. */
  | { readonly kind: "failed"; readonly message: string };
