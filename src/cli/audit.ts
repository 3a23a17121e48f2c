import { open, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Command, Option } from "commander";
import { notaryWarnings } from "../gate/notary-warnings.ts";
import { type AuditRecords, Refusal } from "../gate/ports.ts";
import { AUDIT_COLUMNS, auditCsvRow, csvLine } from "../report/csv.ts";
import { terminalJson } from "../report/visible.ts";
import { addVerify } from "./audit-verify.ts";
import { type CliContext, EXIT } from "./io.ts";

/** `countersign audit`: what the trail holds, taken out of the database and verified away from it. `countersign evidence`: one approval's statement. */
export function addAudit(program: Command, context: CliContext, done: (code: number) => void): void {
  const audit = program.command("audit").description("the audit trail: its key, its checkpoints, its export, its verification");
  audit
    .command("keygen")
    .description("make the key that signs checkpoints and statements, and its public half beside it")
    .requiredOption("--output <file>", "where the private key goes; the public one gets .pub at its end")
    .action(async (options: { output: string }) => done(await keygen(context, options.output)));
  audit
    .command("status")
    .description("say which key seals the trail, where its checkpoints go, and how far it is sealed")
    .action(async () => done(await status(context)));
  audit
    .command("export")
    .description("write one organisation's trail with its evidence into one file")
    .option("--tenant <login-or-id>", "whose; not needed where there is one")
    .option("--since <seq>", "first event in full; of those before, the hashes only", "1")
    .addOption(
      new Option("--format <format>", "bundle: to be verified; csv: events alone, to be read").choices(["bundle", "csv"]).default("bundle"),
    )
    .option("--output <file>", "default: countersign-audit.ndjson.gz, or countersign-audit.csv")
    .action(async (options: ExportOptions) => done(await exportTrail(context, options)));
  addVerify(audit, context, done);
  program
    .command("evidence")
    .description("signed evidence of approvals")
    .command("get <approval>")
    .description("print the statement about one approval (in-toto, in a DSSE envelope)")
    .action(async (approval: string) => done(await evidence(context, approval)));
}

/** Numbers of events are 32-bit integers in the database. */
const LAST_SEQ = 2 ** 31 - 1;

interface ExportOptions {
  readonly tenant?: string;
  readonly since: string;
  readonly format: "bundle" | "csv";
  readonly output?: string;
}

async function keygen(context: CliContext, output: string): Promise<number> {
  const path = resolve(context.cwd, output);
  const { privateKey, publicKey, keyId } = await context.generateKey();
  try {
    await writeFile(path, privateKey, { mode: 0o600, flag: "wx" });
    await writeFile(`${path}.pub`, publicKey, { mode: 0o644, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(output, error);
    throw new Refusal(
      "usage",
      `${output} or ${output}.pub is there already`,
      "a key is never written over: what it signed could not be verified",
    );
  }
  context.stdout.write(
    `key ${keyId}\n${output}: the private key; AUDIT_SIGNING_KEY_PATH\n${output}.pub: give it to your auditors, and keep it for ever\n`,
  );
  return EXIT.success;
}

async function status(context: CliContext): Promise<number> {
  const { records, notary, close } = await context.openAudit();
  try {
    context.stdout.write(`key: ${notary.signer?.keyId ?? "none"}\nplaces: ${notary.sinks.map(({ name }) => name).join(", ") || "none"}\n`);
    for (const warning of notaryWarnings(notary)) context.stdout.write(`warning: ${warning}\n`);
    const names = new Map((await records.tenants()).map(({ id, login }) => [id, login]));
    for (const { tenantId, head, last } of await records.chainStates()) {
      const sealed = last === null ? "no checkpoint" : `sealed to event ${last.size} (${last.at})`;
      context.stdout.write(`${names.get(tenantId) ?? tenantId}: ${head.seq} events, ${sealed}\n`);
    }
    return EXIT.success;
  } finally {
    await close();
  }
}

async function exportTrail(context: CliContext, { tenant, since, format, output }: ExportOptions): Promise<number> {
  const from = Number(since);
  if (!Number.isSafeInteger(from) || from < 1)
    throw new Refusal("usage", `no event number: ${since}`, "--since takes the number of an event, from 1 on");
  const { records, close } = await context.openAudit();
  try {
    const tenantId = await tenantOf(records, tenant);
    const path = resolve(context.cwd, output ?? (format === "csv" ? "countersign-audit.csv" : "countersign-audit.ndjson.gz"));
    const lines = format === "csv" ? csvLines(records, tenantId, from) : newlined(records.exportLines(tenantId, from));
    await writeWhole(path, lines, format === "bundle");
    context.stdout.write(`${path}\n`);
    return EXIT.success;
  } finally {
    await close();
  }
}

async function tenantOf(records: AuditRecords, wanted: string | undefined): Promise<string> {
  const tenants = await records.tenants();
  const fitting =
    wanted === undefined ? tenants : tenants.filter(({ id, login }) => id === wanted || login.toLowerCase() === wanted.toLowerCase());
  if (fitting.length === 1) return fitting[0]!.id;
  const all = tenants.map(({ login, id }) => `${login} (${id})`).join(", ") || "none yet";
  throw new Refusal(
    fitting.length === 0 ? "not_found" : "usage",
    wanted === undefined ? "name the organisation with --tenant" : `no one organisation is ${wanted}`,
    `there are: ${all}`,
  );
}

async function* newlined(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield `${line}\n`;
}

async function* csvLines(records: AuditRecords, tenantId: string, from: number): AsyncIterable<string> {
  yield csvLine(AUDIT_COLUMNS);
  for (let after = from - 1; ; ) {
    const page = await records.chainEvents(tenantId, after, LAST_SEQ, 500);
    for (const event of page) yield csvLine(auditCsvRow(event));
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

function unwritable(path: string, error: unknown): Refusal {
  return new Refusal(
    "config",
    `${path} cannot be written: ${(error as Error).message}`,
    "name a file in a folder that exists with --output",
  );
}

/** All of it, or no file: a bundle that broke off is none. */
async function writeWhole(path: string, lines: AsyncIterable<string>, zipped: boolean): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, "w", 0o600).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  try {
    const to = file.createWriteStream();
    await (zipped ? pipeline(Readable.from(lines), createGzip(), to) : pipeline(Readable.from(lines), to));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function evidence(context: CliContext, approval: string): Promise<number> {
  const { records, close } = await context.openAudit();
  try {
    const found = await records.evidenceOf(approval, null);
    if (found === null)
      throw new Refusal("not_found", `no approval ${approval}`, "its id is on the page of its pull request, and in the audit trail");
    if (found.envelope === null)
      throw new Refusal(
        "not_found",
        `approval ${approval} has no statement yet`,
        "the server signs it within a minute, if it has an AUDIT_SIGNING_KEY",
      );
    context.stdout.write(terminalJson(found.envelope));
    return EXIT.success;
  } finally {
    await close();
  }
}
