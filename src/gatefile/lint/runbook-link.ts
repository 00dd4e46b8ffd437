import type { Complain } from "../problem-list.ts";
import type { Span } from "../source.ts";

type Linked = { readonly values: { readonly runbook?: string | undefined }; at(key: "runbook"): Span };

/** R403: a runbook that whoever is paged cannot open. Whether a link is answered is not asked: lint connects to what is configured alone. */
export function runbookLink(fields: Linked, complain: Complain): void {
  const { runbook } = fields.values;
  if (runbook === undefined || isLink(runbook)) return;
  complain({
    code: "R403",
    at: fields.at("runbook"),
    message: `\`${runbook.slice(0, 60)}\` is no link that a message could carry`,
    suggestion: "write the whole address, e.g. `https://wiki.example.com/runbooks/erp`",
  });
}

function isLink(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^\s/]+\S*$/.test(text);
}
