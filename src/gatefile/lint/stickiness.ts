import type { FlagDraft } from "../flag.ts";
import type { Complain } from "../problem-list.ts";

/** R111: `random` never sticks; `default` sticks only for whom a user or session is known. */
export function stickiness(flag: FlagDraft, complain: Complain): void {
  if (flag.kind === "name") return;
  const { stickiness: field } = flag.fields.values;
  if (field !== "random" && field !== "default") return;
  const suggestion = "name the field that identifies what is exposed, e.g. `orderId`";
  const at = flag.fields.at("stickiness");
  if (field === "random") {
    complain({ code: "R111", at, message: "`random` decides anew on every call", suggestion });
  } else {
    const message = "`default` is random for everyone without user or session";
    complain({ code: "R111", at, message, suggestion, severity: "hint" });
  }
}
