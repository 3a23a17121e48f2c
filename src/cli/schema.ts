import type { Command } from "commander";
import { Argument } from "commander";
import { SCHEMA_NAMES, type SchemaName, schemaOf } from "../gate/schemas.ts";
import { terminalJson } from "../report/visible.ts";
import { type CliContext, EXIT } from "./io.ts";

/** `countersign schema`: the JSON Schemas of our own files, for editors and pipelines. */
export function addSchema(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("schema")
    .description(
      "print a JSON Schema: of approval-policies.yaml, .choochoorc, <name>.cases.yaml, check --format json, policy simulate --format json, check --approvals, the agents block or a System Card",
    )
    .addArgument(new Argument("<name>", "which schema").choices([...SCHEMA_NAMES]))
    .action((name: SchemaName) => {
      context.stdout.write(terminalJson(schemaOf(name)));
      done(EXIT.success);
    });
}
