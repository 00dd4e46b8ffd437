import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach } from "vitest";

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gates-"));
  made.push(folder);
  return folder;
}

export function gateText(name: string, more = ""): string {
  return `schema: gate/v1
name: ${name}
owner: team
runbook: https://runbooks.example.com/${name}
flag: ${name}
signals:
  - query: sum(${name.replaceAll("-", "_")}_backlog)
    advance: at most 3
${more}`;
}
