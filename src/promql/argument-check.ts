import type { SyntaxNode } from "@lezer/common";

import { callArguments, calledName, unwrapped } from "./expression.ts";
import { type ResultKind, type Signature, signatureOf } from "./functions.ts";
import type { Tell, TypeFault } from "./type-check.ts";

/** The kind that a function or an aggregation answers; its arguments are counted and each is held against its place. */
export function checkArguments(
  call: SyntaxNode,
  text: string,
  tell: Tell,
  kindOf: (argument: SyntaxNode) => ResultKind,
): ResultKind {
  const name = calledName(call, text);
  const signature = signatureOf(name);
  const given = callArguments(call);
  // A name without a signature would be a function that the grammar knows and the table does not.
  if (signature === null) {
    given.forEach(kindOf);
    return "instant vector";
  }
  const countFault = countFaultOf(call, name, signature, given.length);
  if (countFault !== null) tell(countFault);
  for (const [index, argument] of given.entries()) {
    if (name === "info" && index === 1) {
      checkInfoSelector(argument, tell);
      continue;
    }
    const wanted =
      signature.takes[index] ??
      (signature.atMost === null || name === "histogram_quantiles" ? signature.takes.at(-1) : null);
    const got = kindOf(argument);
    if (wanted === undefined || wanted === null || wanted === got) continue;
    tell(kindFault(name, argument, wanted, got, text));
  }
  return signature.answers;
}

function countFaultOf(call: SyntaxNode, name: string, signature: Signature, count: number): TypeFault | null {
  const { atLeast, atMost } = signature;
  if (count >= atLeast && (atMost === null || count <= atMost)) return null;
  const bounds =
    atLeast === atMost ? String(atLeast) : count < atLeast ? `at least ${atLeast}` : `at most ${atMost}`;
  const words = bounds === "0" ? "no argument" : `${bounds} ${bounds === "1" ? "argument" : "arguments"}`;
  const kinds = signature.takes.length === 0 ? null : `it takes (${signature.takes.join(", ")})`;
  const nothing = signature.takes.length === 0 ? `write \`${name}()\`` : null;
  return {
    kind: count === 0 && signature.takes.includes("range vector") ? "no-range" : "type",
    from: call.from,
    to: call.to,
    message: `\`${name}\` takes ${words}, and here ${count === 1 ? "is" : "are"} ${count}`,
    suggestion: kinds ?? nothing,
  };
}

function kindFault(
  name: string,
  argument: SyntaxNode,
  wanted: ResultKind,
  got: ResultKind,
  text: string,
): TypeFault {
  const place = { from: argument.from, to: argument.to };
  if (wanted === "range vector" && got === "instant vector") {
    const inner = unwrapped(argument);
    const suggestion =
      inner.name === "VectorSelector"
        ? `write \`${text.slice(inner.from, inner.to)}[5m]\``
        : "name how far to look back and how often, e.g. `[1h:1m]`";
    return { kind: "no-range", ...place, message: `\`${name}\` needs a range`, suggestion };
  }
  if (wanted === "instant vector" && got === "range vector") {
    const suggestion = "use `rate`, `increase` or a function ending in `_over_time` on the range first";
    return { kind: "needless-range", ...place, message: `\`${name}\` takes no range`, suggestion };
  }
  const message = `\`${name}\` takes ${withArticle(wanted)} here, and this is ${withArticle(got)}`;
  return { kind: "type", ...place, message, suggestion: wayTo(wanted, got) };
}

function wayTo(wanted: ResultKind, got: ResultKind): string | null {
  if (wanted === "scalar" && got === "instant vector")
    return "`scalar(...)` makes one number of a single series";
  if (wanted === "instant vector" && got === "scalar") return "`vector(...)` makes a series of a number";
  if (wanted === "string") return "write it in quotes";
  return null;
}

/** The second argument of `info` is read as label matchers of info metrics, and may leave out what selects them. */
function checkInfoSelector(argument: SyntaxNode, tell: Tell): void {
  if (argument.name === "VectorSelector" && argument.getChild("Identifier") === null) return;
  const message = "`info` takes label matchers alone as its second argument";
  const suggestion = 'e.g. `{k8s_cluster_name=~".+"}`';
  tell({ kind: "type", from: argument.from, to: argument.to, message, suggestion });
}

function withArticle(kind: ResultKind): string {
  return kind === "instant vector" ? `an ${kind}` : `a ${kind}`;
}
