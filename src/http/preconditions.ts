import type { GateView } from "../domain/view.ts";
import { etagOf } from "./gates.ts";
import { refuse } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** Refuses a command whose sender looked at an older state of the gate; null when there is nothing against it. */
export function changedMeanwhile(ifMatch: string | undefined, view: GateView): Reply | null {
  if (ifMatch === undefined || ifMatch.trim() === "*") return null;
  const tags = ifMatch.split(",").map((tag) => tag.trim());
  if (tags.includes(etagOf(view))) return null;
  return refuse("changed-meanwhile", `the gate is at ${etagOf(view)} now`, {}, { ETag: etagOf(view) });
}
