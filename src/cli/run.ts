import { Command, CommanderError } from "commander";
import { Refusal, TruthError } from "../gate/ports.ts";
import { escapeTerminal } from "../report/terminal-escape.ts";
import { addAudit } from "./audit.ts";
import { addCheck } from "./check.ts";
import { addDoctor } from "./doctor.ts";
import { addExplain } from "./explain.ts";
import { addGovernance } from "./governance.ts";
import { addIdentity } from "./identity.ts";
import { addInit } from "./init.ts";
import { type CliContext, EXIT } from "./io.ts";
import { addKey } from "./key.ts";
import { addLineage } from "./lineage.ts";
import { addLogin } from "./login.ts";
import { addMigrate } from "./migrate.ts";
import { addPlan } from "./plan.ts";
import { addPolicy } from "./policy.ts";
import { addReport } from "./report.ts";
import { addSchema } from "./schema.ts";
import { StationFailure } from "./station-failure.ts";
import { addTrace } from "./trace.ts";
import { addValidate } from "./validate.ts";

/** Runs one command line and gives its exit code. Every failure is one line that says what to do next; no stack trace. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = EXIT.success;
  const done = (code: number) => {
    exitCode = code;
  };
  const program = new Command("countersign")
    .description("The approval gate for pull requests that change data contracts.")
    .version(context.version)
    .configureOutput({ writeOut: (text) => context.stdout.write(text), writeErr: (text) => context.stderr.write(text) })
    .showHelpAfterError("(countersign --help lists the commands)")
    .exitOverride();
  for (const add of [
    addCheck,
    addValidate,
    addExplain,
    addInit,
    addLineage,
    addPolicy,
    addSchema,
    addDoctor,
    addKey,
    addPlan,
    addAudit,
    addReport,
    addIdentity,
    addMigrate,
    addLogin,
    addGovernance,
    addTrace,
  ])
    add(program, context, done);
  program
    .command("serve")
    .description("run the GitHub App (configuration by environment; see docs/self-hosting.md)")
    .action(async () => done(await context.serve()));
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return explainFailure(error, context);
  }
}

/** What to do where the truth could not be read. */
const CURES = {
  network: "  run it again; GITHUB_API_URL says where GitHub is\n",
  auth: "  the token (GH_TOKEN or GITHUB_TOKEN) must be valid, and see the repository and the members of its organisation\n",
  bug: "",
} as const satisfies Record<TruthError["kind"], string>;

function explainFailure(error: unknown, context: CliContext): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
  if (error instanceof Refusal) {
    context.stderr.write(`countersign: ${error.message}${error.hint === null ? "" : `\n  ${error.hint}`}\n`);
    return { config: EXIT.config, not_found: EXIT.notFound, usage: EXIT.usage }[error.kind];
  }
  if (error instanceof StationFailure) {
    context.stderr.write(
      `countersign: ${escapeTerminal(error.message)}${error.hint === null ? "" : `\n  ${escapeTerminal(error.hint)}`}\n`,
    );
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof TruthError) {
    context.stderr.write(`countersign: ${message}\n${CURES[error.kind]}`);
    return { network: EXIT.network, auth: EXIT.auth, bug: EXIT.internal }[error.kind];
  }
  context.stderr.write(`countersign: internal error: ${message}\n`);
  if (context.env["COUNTERSIGN_DEBUG"] && error instanceof Error) context.stderr.write(`${error.stack ?? ""}\n`);
  else context.stderr.write("  this is a bug in Countersign; COUNTERSIGN_DEBUG=1 prints where\n");
  return EXIT.internal;
}
