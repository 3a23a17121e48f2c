import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { Refusal } from "../gate/ports.ts";
import { reportSchema } from "../gate/schemas.ts";
import { COMPLIANCE_FORMATS, type ComplianceFormat, renderCompliance } from "../report/compliance-formats.ts";
import { type CliContext, EXIT } from "./io.ts";
import { openStation } from "./station-client.ts";

interface Options {
  readonly since: string;
  readonly until?: string;
  readonly format: ComplianceFormat;
  readonly output?: string;
  readonly server?: string;
}

/** `countersign report`: the evidence of a period, from a server; takes an auditor or an admin. */
export function addReport(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("report")
    .description("the governance records of a period as evidence for auditors, from a server")
    .option("--since <when>", "days (90d), weeks (13w) or a date (2026-01-31)", "90d")
    .option("--until <when>", "not in it any more; default: now")
    .addOption(new Option("--format <format>", "how it is written").choices([...COMPLIANCE_FORMATS]).default("markdown"))
    .option("--output <file>", "write it there, readable by you alone")
    .option("--server <url>", "the server; default: COUNTERSIGN_URL")
    .action(async (options: Options) => done(await report(context, options)));
}

async function report(context: CliContext, { since, until, format, output, server }: Options): Promise<number> {
  const station = await openStation(context, server, "person");
  const query = new URLSearchParams({ since, ...(until === undefined ? {} : { until }) });
  const text = renderCompliance(format, await station.request(reportSchema, "GET", `/api/v1/report?${query}`));
  if (output === undefined) context.stdout.write(text);
  else {
    await writeFile(resolve(context.cwd, output), text, { mode: 0o600 }).catch((error: Error) => {
      throw new Refusal("config", `${output} cannot be written: ${error.message}`, "name a file in a folder that exists with --output");
    });
    context.stdout.write(`${output}\n`);
  }
  return EXIT.success;
}
