/**
 * One command line and everything that must come of it:
 *
 *     # what the case is about
 *     $ rampart pause erp --reason "peak hour"
 *     given RAMPART_URL=https://rampart.example.com     (environment; also: tty, columns 80, answer yes, stdin, stop-after 3)
 *     > POST /v1/gates/erp/actions {"action":"pause","reason":"peak hour"}
 *     < 202 @accepted                                   (also: down, `200 after 60s @closed`, `429 retry 3 @flood`)
 *     > tryQuery {"query":"up"}                         (a command that needs no server: its verb and request, undefined left out)
 *     < @healthy                                        (an outcome in outcomes/try.ts)
 *     = stdout
 *     ...
 *     = stderr
 *     ...
 *     = exit 0
 */
export type CliCase = {
  readonly args: readonly string[];
  readonly given: readonly string[];
  readonly exchanges: readonly { readonly request: string; readonly response: string }[];
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
};

export function parseCase(text: string): CliCase {
  const lines = text.trimEnd().split("\n");
  const starting = (prefix: string) =>
    head(lines).flatMap((line) => (line.startsWith(prefix) ? [line.slice(prefix.length)] : []));
  const requests = starting("> ");
  const responses = starting("< ");
  if (requests.length !== responses.length) throw new Error("every request needs one response");
  const [command = ""] = starting("$ rampart");
  return {
    args: words(command),
    given: starting("given "),
    exchanges: requests.map((request, index) => ({ request, response: responses[index] ?? "" })),
    stdout: section(lines, "= stdout"),
    stderr: section(lines, "= stderr"),
    exit: Number(lines.at(-1)?.replace("= exit ", "")),
  };
}

function head(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => line.startsWith("= "));
  return end === -1 ? lines : lines.slice(0, end);
}

function section(lines: readonly string[], heading: string): string {
  const start = lines.indexOf(heading);
  if (start === -1) return "";
  const length = lines.slice(start + 1).findIndex((line) => /^= (?:stdout|stderr|exit)\b/.test(line));
  return lines.slice(start + 1, start + 1 + length).join("\n");
}

/** Words as a shell takes them apart, with double or single quotes around whole ones. */
export function words(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}
