import { Command } from "commander";
import { jsonSchemaOf, schemaKinds } from "../gatefile/json-schemas.ts";
import { nearestName } from "../text/nearest-name.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type Exit } from "./exit-codes.ts";
import { createPrinter, type PrintOptions } from "./printer.ts";
import { describe, type Finish, withPrinting } from "./program.ts";

export function schemaCommands(context: CliContext, finish: Finish): readonly Command[] {
  const command = describe(
    withPrinting(new Command("schema")),
    "The JSON Schema of a kind of file, for editors",
    "rampart schema gate > gate-v1.json",
  )
    .argument("[kind]", "gate, profile, signals, flow, calendar or gate-test; left out: what there is")
    .action((kind: string | undefined, options: PrintOptions) =>
      finish(() => Promise.resolve(printSchema(context, options, kind))),
    );
  return [command];
}

function printSchema(context: CliContext, options: PrintOptions, asked: string | undefined): Exit {
  const printer = createPrinter(context, options);
  const kinds = schemaKinds();
  if (asked === undefined) {
    const width = Math.max(...kinds.map(({ kind }) => kind.length));
    printer.data({
      value: kinds,
      human: () => kinds.map(({ kind, title }) => `${kind.padEnd(width)}  ${title}`).join("\n"),
      plain: () => kinds.map(({ kind, title }) => [kind, title]),
    });
    return EXIT.done;
  }
  const kind = asked.replace(/\/v1$/, "");
  const schema = jsonSchemaOf(kind);
  if (schema === null) {
    const names = kinds.map((each) => each.kind);
    const near = nearestName(kind, names);
    const hint = near === null ? `there are ${names.join(", ")}` : `did you mean \`${near}\`?`;
    printer.fault(`there is no kind of file \`${asked}\`; ${hint}`);
    return EXIT.usage;
  }
  printer.data({
    value: schema,
    human: () => JSON.stringify(schema, null, 2),
    plain: () => [[JSON.stringify(schema)]],
  });
  return EXIT.done;
}
