/**
 * Commits moment after moment to the store named by the first argument and acknowledges each one on a line, until it is
 * killed. Number n of the record, the decision, the telling and the record of the audit belong to the same commit.
 */
import { randomBytes } from "node:crypto";
import { openStore } from "../../src/store/open-store.ts";
import { decision, moment, NOON, record, setClock, telling } from "../unit/store/samples.ts";

const [path = ""] = process.argv.slice(2);
const opened = await openStore({
  path,
  clock: setClock(),
  randomBytes,
  onFatal: (failure) => {
    throw failure;
  },
});
if (!opened.ok) throw new Error(opened.message);
const { store } = opened;

for (let n = (await store.record("checkout"))?.holdMs ?? 0; ;) {
  const expecting = n === 0 ? null : n;
  n += 1;
  const kept = await store.commit(
    moment(record("checkout", { holdMs: n }), {
      expecting,
      decision: { kind: "insert", decision: decision(`dec_${n}`, { at: NOON + n, actor: "person:kim" }) },
      tellings: [telling(`t${n}`)],
    }),
  );
  if (!kept) throw new Error(`commit ${n} met another writer`);
  // A pipe is written synchronously here, so what the parent reads was committed, and nothing waits in this process.
  process.stdout.write(`${n}\n`);
}
