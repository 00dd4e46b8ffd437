import { EFFECTS } from "./change-words.ts";
import type { DeployTold } from "./client.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import type { Session } from "./session.ts";

/** Tells of a deploy, and says what it does to which gate. */
export async function deployedCommand({ client, printer }: Session, deploy: DeployTold): Promise<Exit> {
  const got = await client.deployed(deploy);
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const { gates } = got.value;
  printer.data({
    value: got.raw,
    human: () =>
      gates.length === 0
        ? `no gate has service: ${deploy.service}; it stands in the ledger`
        : gates.map(({ gate, effect }) => `${gate} ${EFFECTS[effect]}`).join("\n"),
    plain: () => gates.map(({ gate, effect }) => [gate, effect]),
  });
  return EXIT.done;
}
