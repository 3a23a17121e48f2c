import { type Command, InvalidArgumentError, Option } from "commander";
import { escapeTerminal } from "../report/terminal-escape.ts";
import { terminalJson } from "../report/visible.ts";
import { approve, override, reject, review } from "./governance-act.ts";
import { follow, type SubmitOptions, submit, type WaitOptions } from "./governance-submit.ts";
import { type CliContext, EXIT } from "./io.ts";
import { openStation } from "./station-client.ts";
import { readSubmission, summaries } from "./submission.ts";

const SERVER = "the server; default: COUNTERSIGN_URL";
const MINUTES = 60;

/** `countersign governance …`: changes that are no pull requests on GitHub, against a server. */
export function addGovernance(program: Command, context: CliContext, done: (code: number) => void): void {
  const governance = program.command("governance").description("submit changes to a server, wait for them, approve them");
  const waiting = (command: Command) =>
    command
      .option("--server <url>", SERVER)
      .option("--wait", "wait until it is decided, and show for whom", false)
      .option("--timeout <minutes>", "how long --wait waits", positive, MINUTES)
      .addOption(new Option("--format <format>", "how it is shown").choices(["text", "json"]).default("text"));
  waiting(
    governance
      .command("submit")
      .description("submit a change: 0 approved, 10 somebody still has to approve, 11 rejected")
      .argument("[path]", "the repository", ".")
      .option("--base <rev>", "what it is compared with (its merge base); default: the default branch")
      .option("--head <rev>", "the change", "HEAD")
      .addOption(new Option("--env <environment>", "where it goes; a stricter base wins").choices(["production", "staging", "development"]))
      .option("--message <text>", "what the change is for")
      .option("--agent <agent>", "whose workspace; default: governance.agent, else the repository's full name")
      .option("--repository-id <id>", "GitHub's id of the repository, whose policy decides; default: GITHUB_REPOSITORY_ID", positive)
      .option("--actor <login>", "who caused it; default: who started the pipeline")
      .option("--update <id>", "a further version of this submission")
      .option("--expected-version <number>", "with --update: the version that you have seen", positive)
      .option("--again", "a submission of its own, even if this change was submitted before", false),
  ).action(async (path: string, options: SubmitOptions) => done(await submit(context, path, options)));
  waiting(governance.command("status").description("where a submission stands").argument("<id>", "the submission")).action(
    async (id: string, options: WaitOptions) => done(await status(context, id, options)),
  );
  governance
    .command("list")
    .description("submissions, newest first")
    .option("--server <url>", SERVER)
    .addOption(new Option("--state <state>", "only those").choices(["pending_approval", "approved", "rejected", "expired"]))
    .addOption(new Option("--format <format>", "how it is shown").choices(["text", "json"]).default("text"))
    .action(async (options: ListOptions) => done(await list(context, options)));
  governance
    .command("approve")
    .description("vote for it, and approve it when nobody else is asked; takes a person")
    .argument("<id>", "the submission; of a pull request owner/repo#7 or its address: your review on GitHub, by GH_TOKEN")
    .option("--server <url>", SERVER)
    .option("--comment <text>", "why")
    .option("--expected-version <number>", "the version that you have seen; default: the newest when the command starts", positive)
    .action(async (id: string, options: Parameters<typeof approve>[2]) => done(await approve(context, id, options)));
  governance
    .command("reject")
    .description("end it; takes a person")
    .argument("<id>", "the submission")
    .option("--server <url>", SERVER)
    .requiredOption("--reason <text>", "why")
    .action(async (id: string, options: Parameters<typeof reject>[2]) => done(await reject(context, id, options)));
  governance
    .command("override")
    .description("break glass: force it, on the record; takes an admin who signed in a moment ago")
    .argument("<id>", "the submission")
    .option("--server <url>", SERVER)
    .requiredOption("--reason <text>", "why it cannot wait")
    .requiredOption("--incident <id>", "what it is for")
    .option("--despite-base", "also where it does not begin from what was approved before, and takes that back", false)
    .action(async (id: string, options: Parameters<typeof override>[2]) => done(await override(context, id, options)));
  governance
    .command("review")
    .description("the review that an override owes, by somebody who had no part in it")
    .argument("<id>", "the submission")
    .option("--server <url>", SERVER)
    .requiredOption("--finding <text>", "what you found")
    .action(async (id: string, options: Parameters<typeof review>[2]) => done(await review(context, id, options)));
}

async function status(context: CliContext, id: string, options: WaitOptions): Promise<number> {
  const station = await openStation(context, options.server, "anybody");
  const asked = performance.now();
  const view = await readSubmission(station, id);
  return follow(context, station, view, options, performance.now() - asked);
}

interface ListOptions {
  readonly server?: string;
  readonly state?: string;
  readonly format: "text" | "json";
}

async function list(context: CliContext, { server, state, format }: ListOptions): Promise<number> {
  const station = await openStation(context, server, "anybody");
  const found = await station.request(summaries, "GET", `/api/v1/submissions${state === undefined ? "" : `?state=${state}`}`);
  if (format === "json") context.stdout.write(terminalJson(found.submissions));
  else
    for (const each of found.submissions) {
      const what = `${each.agent} ${each.environment}  ${each.title ?? ""}`;
      context.stdout.write(
        `${each.id}  ${each.state}${each.ready && each.state === "pending_approval" ? " (ready)" : ""}  ${each.created_at}  ${escapeTerminal(what)}\n`,
      );
    }
  return EXIT.success;
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("must be a whole number above 0");
}
