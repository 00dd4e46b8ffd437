import { createReadStream } from "node:fs";
import { createInterface } from "node:readline/promises";
import type {
  AuditKeyOutcome,
  AuditPlace,
  AuditUnseen,
  ExportAuditOutcome,
  ExportAuditRequest,
  VerifyAuditOutcome,
  VerifyAuditRequest,
} from "../cli/standalone/audit.ts";
import { parseConfig } from "../config/parse-config.ts";
import { readText } from "../read-text.ts";
import { type AuditFile, openAuditFile } from "../store/audit/audit-file.ts";
import { keyPathBeside, openAuditKey, publicKeyIn } from "../store/audit/audit-key.ts";
import { exportedLine } from "../store/audit/chain.ts";
import { fingerprintOf, headInLine, isSignedBy, type SignedHead } from "../store/audit/signed-head.ts";
import { auditRowOf, type KeptHead, verifyChain } from "../store/audit/verify.ts";
import { openFailure } from "../store/sqlite/database.ts";

/** Whether the audit is whole, and is the one whose heads were kept elsewhere. */
export async function verifyAudit(request: VerifyAuditRequest): Promise<VerifyAuditOutcome> {
  const place = await placeOf(request);
  if (place.kind === "unseen") return place;
  const { store } = place;
  const kept = await keptHeads(request, store);
  if (kept.kind !== "heads") return kept;
  return withAudit(store, (file) => {
    const verified = verifyChain(file.rows(0), kept.heads);
    return { ...verified, store, signed: request.publicKeyFile !== null };
  });
}

/** Hands every record on, as it is stored. */
export async function exportAudit(request: ExportAuditRequest): Promise<ExportAuditOutcome> {
  const place = await placeOf(request);
  if (place.kind === "unseen") return place;
  return withAudit(place.store, (file) => {
    let records = 0;
    for (const found of file.rows(request.after)) {
      const row = auditRowOf(found);
      if (row === null) {
        const message = `record ${String(found["seq"])} cannot be exported: a field of it is of a kind that Rampart never writes`;
        return { kind: "unseen", blind: false, message };
      }
      request.write(exportedLine(row));
      records += 1;
    }
    return { kind: "exported", records };
  });
}

/** The public half of the key that the heads are signed with. */
export async function auditKey(request: AuditPlace): Promise<AuditKeyOutcome> {
  const place = await placeOf(request);
  if (place.kind === "unseen") return place;
  const opened = await openAuditKey(place.key, false);
  if (!opened.ok) return unseen(`${opened.message}; the server makes it when it first starts`);
  const { publicKey } = opened.key;
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return { kind: "key", path: place.key, pem, fingerprint: fingerprintOf(publicKey) };
}

type Place = { readonly kind: "place"; readonly store: string; readonly key: string };

async function placeOf({ store, config }: AuditPlace): Promise<Place | AuditUnseen> {
  if (store !== null) return { kind: "place", store, key: keyPathBeside(store) };
  const text = await readText(config);
  const parsed = text === null ? null : parseConfig(text, config);
  if (parsed === null || !parsed.ok) {
    return unseen(
      `${config} cannot be ${parsed === null ? "read" : "used"}; --store names the store without it`,
    );
  }
  const { path } = parsed.config.store;
  return { kind: "place", store: path, key: parsed.config.audit.keyFile ?? keyPathBeside(path) };
}

function withAudit<Outcome>(store: string, read: (file: AuditFile) => Outcome): Outcome | AuditUnseen {
  const opened = openAuditFile(store);
  if (!opened.ok) {
    const more = opened.code === "locked" ? "; stop the server, or look at a backup" : "";
    return { kind: "unseen", blind: opened.code !== "no-audit", message: `${opened.message}${more}` };
  }
  try {
    return read(opened.file);
  } catch (error) {
    return { kind: "unseen", blind: true, message: openFailure(store, error).message };
  } finally {
    opened.file.close();
  }
}

type Kept = { readonly kind: "heads"; readonly heads: readonly KeptHead[] };

type Broken = Extract<VerifyAuditOutcome, { kind: "broken" }>;

async function keptHeads(
  { head, headFile, publicKeyFile }: VerifyAuditRequest,
  store: string,
): Promise<Kept | Broken | AuditUnseen> {
  const named = head === null ? [] : [head];
  if (headFile === null) return { kind: "heads", heads: named };
  const found = await headsIn(headFile);
  if (found === null) return unseen(`${headFile} cannot be read`);
  if (found.length === 0) return unseen(`${headFile} has no head of an audit in it`);
  if (publicKeyFile === null) return { kind: "heads", heads: [...named, ...found] };

  const pem = await readText(publicKeyFile);
  const key = pem === null ? null : publicKeyIn(pem);
  if (key === null) {
    return unseen(`${publicKeyFile} ${pem === null ? "cannot be read" : "is no Ed25519 key in PEM"}`);
  }
  const forged = found.find((each) => !isSignedBy(each, key));
  if (forged === undefined) return { kind: "heads", heads: [...named, ...found] };
  const why = `the head of record ${forged.seq} in ${headFile} is not signed by the key ${fingerprintOf(key)}`;
  return { kind: "broken", store, seq: null, why };
}

/** Every head in a log, however long that is; null: it cannot be read. */
async function headsIn(path: string): Promise<readonly SignedHead[] | null> {
  const heads: SignedHead[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const head = headInLine(line);
      if (head !== null) heads.push(head);
    }
    return heads;
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return null;
    throw error;
  }
}

function unseen(message: string): AuditUnseen {
  return { kind: "unseen", blind: false, message };
}
