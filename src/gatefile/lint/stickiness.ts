import type { FlagDraft } from "../flag.ts";
import type { Complain } from "../problem-list.ts";

/**
 * R111: `random` never sticks; `default` sticks only for whom a user or session is known. For a gate that writes that is
 * no matter of taste: one entity would take both paths.
 */
export function stickiness(flag: FlagDraft, isWriter: boolean, complain: Complain): void {
  if (flag.kind === "name" || !flag.fields.has("stickiness")) {
    if (isWriter) unnamed(flag, complain);
    return;
  }
  const { stickiness: field } = flag.fields.values;
  if (field !== "random" && field !== "default") return;
  const suggestion = "name the field that identifies what is exposed, e.g. `orderId`";
  const at = flag.fields.at("stickiness");
  if (field === "random") {
    complain({ code: "R111", at, message: "`random` decides anew on every call", suggestion });
  } else {
    const message = "`default` is random for everyone without user or session";
    complain({ code: "R111", at, message, suggestion, severity: isWriter ? "error" : "hint" });
  }
}

function unnamed(flag: FlagDraft, complain: Complain): void {
  complain({
    code: "R111",
    at: flag.at,
    message: "the gate writes, and does not say by which field its flag sticks",
    suggestion: "add `stickiness:` with the field that identifies what is written, e.g. `orderId`",
  });
}
