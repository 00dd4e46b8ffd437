import type { PublishOutcome, PublishRequest } from "../../../src/cli/standalone/publish.ts";
import type { Scripts } from "../scripted-standalone.ts";

const LOCK = "gates/gates.lock";
const FILES = [
  {
    path: "checkout.yaml",
    sha256: "ab".repeat(32),
    author: "ada@example.com",
    commit: "4f2a91c0d7e84f2a91c0d7e84f2a91c0d7e84f2a",
  },
  {
    path: "signals/commerce.yaml",
    sha256: "cd".repeat(32),
    author: "ben@example.com",
    commit: "9b1c55e0d7e84f2a91c0d7e84f2a91c0d7e84f2a",
  },
];

export const PUBLISH_OUTCOMES: Scripts<PublishRequest, PublishOutcome> = {
  published: () => ({ kind: "published", lock: LOCK, files: FILES }),
  current: () => ({ kind: "current", lock: LOCK, files: FILES.slice(0, 1) }),
  stale: () => ({ kind: "stale", lock: LOCK, differences: ["checkout.yaml is not listed"] }),
  unpublishable: () => ({
    kind: "unpublishable",
    files: [{ path: "gates/checkout.yaml", why: "it is not committed", mend: "commit it" }],
  }),
  faulty: () => ({
    kind: "faulty",
    problems: [
      {
        file: "gates/checkout.yaml",
        line: 2,
        column: 1,
        length: 4,
        code: "R101",
        severity: "error",
        message: "unknown key `hodl`",
        suggestion: "hold",
      },
    ],
    sources: new Map([["gates/checkout.yaml", "schema: gate/v1\nhodl: 5m\n"]]),
  }),
  failed: () => ({ kind: "failed", message: "Git cannot tell who wrote gates: git is not installed here" }),
};
