import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Kysely } from "kysely";
import type { Gate } from "../domain/gate.ts";
import type { PassInputs, Recording } from "../domain/inputs.ts";
import { decodeBody, encodeBody, UnreadableRow } from "./body.ts";
import type { Tables } from "./tables.ts";

type RecordedGate = { readonly hash: string; readonly gate: Gate };

/** Keeps what the decision was made from; the decision itself must be there already. */
export async function insertRecording(db: Kysely<Tables>, { gate, inputs }: Recording): Promise<void> {
  const { decision, facts } = inputs;
  const { hash } = facts.definition;
  const recorded: RecordedGate = { hash, gate };
  const body = encodeBody(recorded);
  // The hash leaves out members that hold nothing, so a newer version may know more of them.
  await db
    .insertInto("recorded_gates")
    .values({ hash, body })
    .onConflict((conflict) => conflict.column("hash").doUpdateSet({ body }))
    .execute();
  await db
    .insertInto("decision_inputs")
    .values({ decision, definition: hash, body: deflateRawSync(encodeBody(inputs)) })
    .execute();
}

export async function findRecording(db: Kysely<Tables>, decision: string): Promise<Recording | null> {
  const row = await db
    .selectFrom("decision_inputs")
    .innerJoin("recorded_gates", "recorded_gates.hash", "decision_inputs.definition")
    .where("decision_inputs.decision", "=", decision)
    .select(["recorded_gates.hash", "recorded_gates.body as gate", "decision_inputs.body as inputs"])
    .executeTakeFirst();
  if (row === undefined) return null;
  const { gate } = decodeBody<RecordedGate>({
    table: "recorded_gates",
    field: "hash",
    key: row.hash,
    body: row.gate,
  });
  const inputs = decodeBody<PassInputs>({
    table: "decision_inputs",
    field: "decision",
    key: decision,
    body: inflated(decision, row.inputs),
  });
  return { gate, inputs };
}

function inflated(decision: string, body: Uint8Array): string {
  try {
    return inflateRawSync(body).toString("utf8");
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new UnreadableRow(
      "decision_inputs",
      decision,
      `its body cannot be inflated (${String(error.code)})`,
    );
  }
}
