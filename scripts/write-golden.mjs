/**
 * Plays the histories of test/golden in a world of fakes and records what every decision was made from:
 *
 *     node scripts/write-golden.mjs [name ...]        (Node 24)
 *
 * A recorded history is changed only on purpose: the commit that does it carries `Decision-change: <reason>`.
 */
import { writeHistory } from "../test/golden/history-file.ts";
import { HISTORIES } from "../test/golden/play-histories.ts";

const asked = process.argv.slice(2);
for (const name of asked.length === 0 ? Object.keys(HISTORIES) : asked) {
  const play = HISTORIES[name];
  if (play === undefined) throw new Error(`no history is called ${name}`);
  const world = await play();
  const recordings = world.store().allRecordings();
  writeHistory(name, recordings);
  process.stdout.write(`${name}: ${recordings.length} decisions\n`);
}
