import type { StatusBody } from "../api/status.ts";
import { alignColumns } from "./columns.ts";
import { type Look, tree } from "./evidence-tree.ts";
import { answerLine, reach, tellVerdict } from "./words.ts";

/** Open or closed with the evidence for it, and what was left out because no server remembers it. */
export function renderFileCheck(status: StatusBody, look: Look): string {
  const tone = status.open ? "good" : status.exitCode === 3 ? "waiting" : "bad";
  const rows = [
    ...(status.exposure.set === null ? [] : [["flag", flagLine(status)]]),
    ...(status.open ? [] : [["next", nextLine(status)]]),
    ["checked", `${status.url} for ${status.for}, without a server: no hold, no approvals`],
  ];
  return [
    look.paint[tone](fileAnswerLine(status)),
    ...tree(status, look),
    ...alignColumns(rows.map(([kind = "", text = ""]) => [{ text: `  ${kind}` }, { text }])),
  ].join("\n");
}

/** Where nobody read how far the flag has come, it cannot be said what the next step is. */
export function fileAnswerLine(status: StatusBody): string {
  const { for: purpose, gate, open, exitCode, verdict, exposure } = status;
  if (purpose !== "advance" || open || exposure.set !== null) return answerLine(status);
  return exitCode === 4
    ? `${tellVerdict(verdict).word}: ${gate} may not advance`
    : `closed: ${gate} may not advance yet`;
}

function flagLine({ exposure, step }: StatusBody): string {
  return `stands at ${reach(exposure)}, step ${step.index} of ${step.of}`;
}

function nextLine({ exitCode, because, retryAfter }: StatusBody): string {
  const opens = because.find((each) => each.opens !== undefined)?.opens;
  if (opens !== undefined) return opens;
  if (exitCode === 4) return "a person is needed: no waiting opens it";
  if (exitCode === 6) return "make it visible again: what cannot be seen is not open";
  return `ask again in ${retryAfter ?? 1}s, or let --wait do so`;
}
