import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { compareHere } from "../gate/compare-here.ts";
import { plannedRows, replayHistory } from "../gate/replay-history.ts";
import { digestOf, planReplay, type ReplayPlan, type ReplayRequest } from "../gate/replay-plan.ts";
import { type ReplayStart, replayState, startAfter, startOf } from "../gate/replay-state.ts";
import { type ReplaySummary, replayRowJson, replayRowText, replaySummaryJson, replaySummaryText } from "../report/replay.ts";
import { readSource } from "./given-file.ts";
import { type CliContext, EXIT, wantsColor } from "./io.ts";
import { addPolicyLint } from "./policy-lint.ts";
import { addPolicyPush } from "./policy-push.ts";
import { addPolicyTest } from "./policy-test.ts";
import { readStateFile, writeStateFile } from "./replay-state-file.ts";

interface SimulateOptions {
  readonly policy?: string;
  readonly config?: string;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
  readonly firstParent: boolean;
  readonly allCommits: boolean;
  readonly limit?: number;
  readonly lineage: boolean;
  readonly state?: string;
  readonly format: "text" | "json";
}

/** Commits between two writes of the state file. */
const STATE_EVERY = 100;

/** `countersign policy …`: what a policy does, before it is in force. */
export function addPolicy(program: Command, context: CliContext, done: (code: number) => void): void {
  const policy = program.command("policy").description("try out policies");
  addPolicyTest(policy, context, done);
  addPolicyLint(policy, context, done);
  addPolicyPush(policy, context, done);
  policy
    .command("simulate")
    .description("decide every commit of the past as if it came as a pull request now")
    .argument("[path]", "the repository", ".")
    .option("--policy <file>", "try this policy file instead of the one at the tip")
    .option("--config <file>", "try this .choochoorc instead of the one at the tip")
    .option("--since <when>", "leave out older commits: 180d, 26w, or a date")
    .option("--from <rev>", "leave out this commit and those before it")
    .option("--to <rev>", "the last commit; default: the default branch")
    .addOption(new Option("--first-parent", "what landed on the branch, merges as one change (the default)").conflicts("allCommits"))
    .option("--all-commits", "each commit on the way instead, without merges", false)
    .option("--limit <count>", "only the newest so many commits", positive)
    .option("--no-lineage", "do not look up who depends on a changed contract: faster, and counted as not known")
    .option("--state <file>", "keep there how far it came, and go on from there")
    .addOption(new Option("--format <format>", "json: one line per commit, then a summary").choices(["text", "json"]).default("text"))
    .action(async (path: string, options: SimulateOptions) => done(await simulate(context, path, options)));
}

async function simulate(context: CliContext, path: string, options: SimulateOptions): Promise<number> {
  const stateFile = options.state === undefined ? null : resolve(context.cwd, options.state);
  const state = stateFile === null ? null : await readStateFile(stateFile);
  const repository = await context.openRepository(resolve(context.cwd, path));
  let stopped = false;
  const forget = context.onInterrupt?.(() => {
    stopped = true;
  });
  try {
    const startedMs = context.clock.now().getTime();
    const plan = await planReplay({ repository, clock: context.clock }, await requestOf(context, options), state?.sinceInstant ?? null);
    let at: ReplayStart = startOf(plan, context.version, state);
    const keep = async () => {
      if (stateFile !== null) await writeStateFile(stateFile, replayState(plan, context.version, at));
    };
    await keep();
    const json = options.format === "json";
    const view = { color: wantsColor(context) };
    // Loaded here: other commands start faster without it.
    const { progressBar } = await import("./progress-bar.ts");
    const bar = progressBar(context, "commits", plannedRows(plan), at.done);
    try {
      for await (const row of stopped ? [] : replayHistory({ repository, comparer: compareHere }, plan, at.done)) {
        const text = json ? replayRowJson(row) : replayRowText(row, view);
        if (text !== "") {
          bar.clear();
          context.stdout.write(text);
        }
        at = startAfter(at, row);
        bar.done(at.done);
        if (at.done % STATE_EVERY === 0) await keep();
        if (stopped) break;
      }
    } finally {
      bar.stop();
    }
    await keep();
    const summary = summaryOf(plan, at, context.clock.now().getTime() - startedMs);
    context.stdout.write(json ? replaySummaryJson(summary) : replaySummaryText(summary, view));
    if (!summary.complete && stateFile !== null) context.stderr.write("countersign: stopped; the same command goes on from there\n");
    return !summary.complete ? EXIT.interrupted : at.totals.faults > 0 ? EXIT.internal : EXIT.success;
  } finally {
    forget?.();
    await repository.close();
  }
}

function summaryOf(plan: ReplayPlan, { done, totals }: ReplayStart, elapsedMs: number): ReplaySummary {
  return {
    complete: done === plannedRows(plan),
    of: plannedRows(plan),
    repository: plan.repository,
    branch: plan.baseRef,
    to: plan.range.to,
    from: plan.range.from,
    since: plan.range.since,
    policy: digestOf(plan.policy),
    policyAtTip: plan.atTip === null ? null : digestOf(plan.atTip),
    elapsedMs,
    totals,
  };
}

async function requestOf(context: CliContext, options: SimulateOptions): Promise<ReplayRequest> {
  return {
    to: options.to ?? null,
    from: options.from ?? null,
    since: options.since ?? null,
    walk: options.allCommits ? "every-commit" : "first-parent",
    limit: options.limit ?? null,
    policy: options.policy === undefined ? null : await readSource(context, "policies", options.policy),
    config: options.config === undefined ? null : await readSource(context, "config", options.config),
    lineage: options.lineage,
  };
}

function positive(text: string): number {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text) || count < 1) throw new InvalidArgumentError("a number of commits, at least 1");
  return count;
}
