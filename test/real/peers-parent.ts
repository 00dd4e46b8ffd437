/** Starts real peers, says `ready` and waits to be killed: the parent that peers.test.ts kills. */
import { startPostgres } from "../../demo/peers/postgres.ts";
import { startPrometheus } from "../../demo/peers/prometheus.ts";
import { startUnleash } from "../../demo/peers/unleash.ts";

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error("peers-parent.ts <folder for prometheus>");

await startPrometheus({ dataDir });
await startUnleash({ version: 8, postgres: await startPostgres() });
process.stdout.write("ready\n");
