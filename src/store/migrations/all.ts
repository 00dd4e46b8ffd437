import type { Migration } from "kysely/migration";
import { first } from "./0001-first.ts";
import { ledger } from "./0002-ledger.ts";
import { people } from "./0003-people.ts";
import { audit } from "./0004-audit.ts";
import { inputs } from "./0005-inputs.ts";
import { pausesAndClocks } from "./0006-pauses-and-clocks.ts";
import { promises } from "./0007-promises.ts";
import { cohorts } from "./0008-cohorts.ts";
import { epochs } from "./0009-epochs.ts";
import { maintenance } from "./0010-maintenance.ts";

/** Every migration by name, in order of name. One that was ever released is never changed; a new one is added. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-first": first,
  "0002-ledger": ledger,
  "0003-people": people,
  "0004-audit": audit,
  "0005-inputs": inputs,
  "0006-pauses-and-clocks": pausesAndClocks,
  "0007-promises": promises,
  "0008-cohorts": cohorts,
  "0009-epochs": epochs,
  "0010-maintenance": maintenance,
};
