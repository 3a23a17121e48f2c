import { appendFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { type CheckRequest, type CheckResult, checkWorkspace } from "../gate/check-workspace.ts";
import { compareHereWith } from "../gate/compare-here.ts";
import { Refusal } from "../gate/ports.ts";
import { FORMATS, type ReportFormat, render } from "../report/index.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { decidePullRequest, type PullOptions } from "./check-pr.ts";
import { readSource, readText } from "./given-file.ts";
import { type CliContext, wantsColor } from "./io.ts";
import { showReading } from "./show-reading.ts";

interface CheckOptions extends PullOptions {
  readonly base?: string;
  readonly head?: string;
  readonly env?: string;
  readonly author?: string;
  readonly approvals?: string;
  readonly policy?: string;
  readonly config?: string;
  readonly format: ReportFormat;
  readonly output?: string;
  readonly simulate: boolean;
  readonly withFacts: boolean;
}

/** Flags that stand in for a fact: with one of them the result is a simulation. */
const SIMULATING = ["approvals", "policy", "config", "author", "env"] as const;

/** `countersign check`: decides a change in a local git repository. */
export function addCheck(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("check")
    .description("decide a change in a local git repository, work tree or bare; or with --pr a pull request on GitHub")
    .argument("[path]", "the repository", ".")
    .option("--base <rev>", "what it is compared with (its merge base); default: the default branch")
    .option("--head <rev>", "the change; WORKTREE takes what is not committed yet; default: HEAD")
    .option("--pr [number]", "a pull request on GitHub, by GH_TOKEN or GITHUB_TOKEN; default: the one this pipeline is about")
    .option("--repo <owner/name>", "its repository; default: GITHUB_REPOSITORY, else the remote origin")
    .addOption(new Option("--env <environment>", "simulate an environment").choices(["production", "staging", "development"]))
    .option("--author <login>", "simulate an author")
    .option("--approvals <file>", "people, reviews and labels as JSON: decides any scenario offline")
    .option("--policy <file>", "use this policy file instead of the one at the base")
    .option("--config <file>", "use this .choochoorc instead of the one at the base")
    .addOption(new Option("--format <format>", "how it is shown").choices([...FORMATS]).default("text"))
    .option("--output <file>", "write the report there")
    .option("--simulate", "allow simulating flags under CI=true", false)
    .option("--with-facts", "add the facts to JSON, so that explain can decide again from them", false)
    .action(async (path: string, options: CheckOptions) => done(await check(context, path, options)));
}

async function check(context: CliContext, path: string, options: CheckOptions): Promise<number> {
  refuseSelfApproval(context, options);
  if (options.pr === undefined && options.repo !== undefined) throw new Refusal("usage", "--repo is for --pr");
  const { decision, facts } = await (options.pr === undefined
    ? decideHere(context, path, options)
    : decidePullRequest(context, resolve(context.cwd, path), withoutLocal(options)));
  const toFile = options.output !== undefined;
  const view = {
    color: !toFile && wantsColor(context),
    width: toFile ? 100 : context.stdout.columns,
    facts: options.withFacts ? facts : null,
  };
  const text = render(options.format, decision, view);
  if (options.output !== undefined) await writeReport(context, options.output, text);
  else context.stdout.write(text);
  const stepSummary = context.env["GITHUB_STEP_SUMMARY"];
  if (options.format === "github" && stepSummary) await appendFile(stepSummary, renderMarkdown(decision));
  return decision.exitCode;
}

async function decideHere(context: CliContext, path: string, options: CheckOptions): Promise<CheckResult> {
  const repository = await context.openRepository(resolve(context.cwd, path));
  try {
    return await checkWorkspace(
      {
        repository,
        comparer: compareHereWith(context.schemas),
        clock: context.clock,
        memory: context.openSummaries(repository.root),
        progress: showReading(context),
      },
      await requestOf(context, options),
    );
  } finally {
    await repository.close();
  }
}

/** What GitHub says is not what the caller says. */
function withoutLocal(options: CheckOptions): CheckOptions {
  const used = (["base", "head", ...SIMULATING] as const).filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  if (used.length === 0) return options;
  throw new Refusal("usage", `${used.join(", ")} cannot go with --pr: everything is read from GitHub`, "leave it out, or leave out --pr");
}

async function writeReport(context: CliContext, file: string, text: string): Promise<void> {
  await writeFile(resolve(context.cwd, file), text).catch((error: Error) => {
    throw new Refusal("config", `${file} cannot be written: ${error.message}`, "name a file in a folder that exists with --output");
  });
}

/** In a pipeline nobody approves themselves with a flag. */
function refuseSelfApproval(context: CliContext, options: CheckOptions): void {
  const used = SIMULATING.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  const inPipeline = !["", "0", "false", undefined].includes(context.env["CI"]?.toLowerCase());
  if (used.length > 0 && inPipeline && !options.simulate) {
    throw new Refusal(
      "usage",
      `${used.join(", ")} would decide from what the caller claims, and this is a pipeline (CI is set)`,
      "drop it, or add --simulate to get a result marked SIMULATED",
    );
  }
}

async function requestOf(context: CliContext, options: CheckOptions): Promise<CheckRequest> {
  return {
    base: options.base ?? null,
    head: options.head ?? "HEAD",
    environment: options.env ?? null,
    author: options.author ?? null,
    people: options.approvals === undefined ? null : { text: await readText(context, options.approvals), file: options.approvals },
    policy: options.policy === undefined ? null : await readSource(context, "policies", options.policy),
    config: options.config === undefined ? null : await readSource(context, "config", options.config),
  };
}
