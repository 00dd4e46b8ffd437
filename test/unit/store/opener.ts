/** Opens the store named by the first argument, says what came of it on one line, and ends. */
import { openStore } from "../../../src/store/open-store.ts";
import { options } from "./folder.ts";

const [path = ""] = process.argv.slice(2);
const result = await openStore(options(path));
process.stdout.write(`${JSON.stringify(result.ok ? { ok: true } : result)}\n`);
if (result.ok) await result.store.close();
