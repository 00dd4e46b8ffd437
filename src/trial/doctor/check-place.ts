import { fault, type Finding, ok, warning } from "./finding.ts";

/** What was found out about the machine Rampart is to run on. */
export type PlaceFacts = {
  readonly store: { readonly path: string; readonly state: "writable" | "not-writable" | "no-folder" };
  /** Files that hold secrets and that every user of the machine can read. */
  readonly openSecrets: readonly string[];
  /** Null: none is configured. */
  readonly webhook:
    | { readonly state: "resolves" | "forbidden" }
    | { readonly state: "unresolved"; readonly detail: string }
    | null;
};

export function checkPlace(facts: PlaceFacts): readonly Finding[] {
  return [checkWebhook(facts.webhook), checkStore(facts.store), checkSecrets(facts.openSecrets)];
}

/** Nothing is sent: only where its name leads is looked up. */
function checkWebhook(webhook: PlaceFacts["webhook"]): Finding {
  const check = "notify webhook";
  if (webhook === null) {
    return warning(check, "is not configured: messages and pages only go to the log", "set notify.webhook");
  }
  switch (webhook.state) {
    case "resolves":
      return ok(check, "its name resolves; no message was sent");
    case "forbidden": {
      const message = "leads to a link-local or metadata address, which Rampart never connects to";
      return fault(check, message, "mend notify.webhook.url");
    }
    case "unresolved":
      return fault(
        check,
        `its name does not resolve: ${webhook.detail}`,
        "mend notify.webhook.url or the resolver",
      );
  }
}

function checkStore({ path, state }: PlaceFacts["store"]): Finding {
  const check = `store ${path}`;
  switch (state) {
    case "writable":
      return ok(check, "can be written");
    case "no-folder":
      return fault(check, "its folder does not exist", "make the folder, on a local disk");
    case "not-writable":
      return fault(check, "cannot be written", "let the user Rampart runs as write the folder and the file");
  }
}

function checkSecrets(open: readonly string[]): Finding {
  const check = "secrets";
  return open.length === 0
    ? ok(check, "no file with a secret can be read by everybody")
    : warning(
        check,
        `every user of this machine can read ${open.join(", ")}`,
        `chmod o-rwx ${open.join(" ")}`,
      );
}
