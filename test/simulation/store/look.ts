import { type SqliteHandle, verifyChain } from "../engine.ts";
import type { Answered, Ask } from "./compare.ts";

/** More than any run keeps. */
const ALL = 1_000_000;
/** The ledger and decisions are read in pages, as people read them. */
const PAGE = 40;

/** Reads everything that a store keeps of gates, page by page, and follows the chain of its audit. */
export async function lookAtAll(ask: Ask, database: SqliteHandle, answered: Answered): Promise<void> {
  const records = await ask("all", (ports) => ports.all());
  for (const { gate } of records) {
    const ids = await pagesOf((before) => ask("decisions", (ports) => ports.decisions(gate, PAGE, before)));
    for (const id of ids) await ask("recording", (ports) => ports.recording(id));
    await pagesOf((before) =>
      ask("changes of a gate", (ports) => ports.changes({ gate, service: gate }, PAGE, before)),
    );
  }
  await pagesOf((before) =>
    ask("changes", (ports) => ports.changes({ gate: null, service: null }, PAGE, before)),
  );
  await ask("maintenance", (ports) => ports.maintenance(0));
  await ask("due", async (ports) =>
    // When exactly a transaction took place is its own affair.
    (await ports.due(Number.MAX_SAFE_INTEGER, ALL)).map((telling) => ({ ...telling, createdAt: 0 })),
  );
  const chain = verifyChain(database.prepare("select * from audit order by seq").iterate(), []);
  answered(chain.kind === "sound" ? null : `the audit is broken at ${chain.seq}: ${chain.why}`);
}

async function pagesOf(
  read: (before: string | null) => Promise<readonly { readonly id: string }[]>,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await read(ids.at(-1) ?? null);
    ids.push(...page.map(({ id }) => id));
    if (page.length < PAGE) return ids;
  }
}
