import type {
  AuditKeyOutcome,
  AuditPlace,
  AuditUnseen,
  ExportAuditOutcome,
  ExportAuditRequest,
  VerifyAuditOutcome,
  VerifyAuditRequest,
} from "../../../src/cli/standalone/audit.ts";
import { NOON } from "../../support/fake-controller.ts";
import type { Scripts } from "../scripted-standalone.ts";

const STORE = "data/rampart.db";
const HEAD = { seq: 1204, hash: "4f2a91c0".repeat(8), at: NOON };

const LOCKED: AuditUnseen = {
  kind: "unseen",
  blind: true,
  message: `the store ${STORE} is locked by another process: only one may use it at a time; stop the server, or look at a backup`,
};

export const VERIFY_AUDIT_OUTCOMES: Scripts<VerifyAuditRequest, VerifyAuditOutcome> = {
  sound: ({ store, headFile, publicKeyFile }) => ({
    kind: "sound",
    store: store ?? STORE,
    head: HEAD,
    heads: headFile === null ? 0 : 12,
    signed: publicKeyFile !== null,
  }),
  fits: () => ({ kind: "sound", store: STORE, head: HEAD, heads: 1, signed: false }),
  empty: () => ({ kind: "sound", store: STORE, head: null, heads: 0, signed: false }),
  altered: () => ({
    kind: "broken",
    store: STORE,
    seq: 812,
    why: "it does not fit its hash: it was altered",
  }),
  forged: () => ({
    kind: "broken",
    store: STORE,
    seq: null,
    why: "the head of record 1200 in rampart.log is not signed by the key 9b1c55e0",
  }),
  locked: () => LOCKED,
  nowhere: () => ({
    kind: "unseen",
    blind: false,
    message: "config/rampart.yaml cannot be read; --store names the store without it",
  }),
};

export const EXPORT_AUDIT_OUTCOMES: Scripts<ExportAuditRequest, ExportAuditOutcome> = {
  exported({ after, write }) {
    write(`{"seq":${after + 1}}`);
    write(`{"seq":${after + 2}}`);
    return { kind: "exported", records: 2 };
  },
  locked: () => LOCKED,
};

export const AUDIT_KEY_OUTCOMES: Scripts<AuditPlace, AuditKeyOutcome> = {
  key: () => ({
    kind: "key",
    path: `${STORE}.audit-key.pem`,
    pem: "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n",
    fingerprint: "9b1c55e0d7e84f2a91c0d7e84f2a91c0",
  }),
  missing: () => ({
    kind: "unseen",
    blind: false,
    message: `the key of the audit ${STORE}.audit-key.pem cannot be read (ENOENT); the server makes it when it first starts`,
  }),
};
