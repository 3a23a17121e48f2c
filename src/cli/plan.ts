import { type Command, Option } from "commander";
import type { FetchedPlan } from "../gate/ports.ts";
import { Refusal } from "../gate/ports.ts";
import { renderPlan, renderPlanJson } from "../report/plan.ts";
import { escapeTerminal } from "../report/terminal-escape.ts";
import { type CliContext, EXIT } from "./io.ts";

interface Options {
  readonly agent: string;
  readonly environment: "production" | "staging" | "development";
  readonly hash?: string;
  readonly server?: string;
  readonly key?: string;
  readonly format: string;
}

/** `countersign plan get`: what a runtime of this agent would be given, verified here. */
export function addPlan(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("plan")
    .description("the governance plan that runtimes read")
    .command("get")
    .description("fetch a plan from a server and verify it (reads COUNTERSIGN_URL and COUNTERSIGN_API_KEY)")
    .requiredOption("--agent <agent>", "the workspace's agent: the repository's full name unless configured")
    .addOption(new Option("--environment <environment>").choices(["production", "staging", "development"]).makeOptionMandatory())
    .option("--hash <hash>", "the compiled hash that it must be")
    .option("--server <url>", "the server; default: COUNTERSIGN_URL")
    .option("--key <key>", "an API key with the scope plan; default: COUNTERSIGN_API_KEY, which others on this machine cannot read")
    .addOption(new Option("--format <format>", "how it is shown").choices(["text", "json"]).default("text"))
    .action(async (options: Options) => done(await getPlan(context, options)));
}

async function getPlan(context: CliContext, options: Options): Promise<number> {
  const { agent, environment, hash, format } = options;
  const url = options.server ?? context.env["COUNTERSIGN_URL"] ?? "";
  const apiKey = options.key ?? context.env["COUNTERSIGN_API_KEY"] ?? "";
  if (url === "") throw new Refusal("usage", "no server is named", "set COUNTERSIGN_URL, or give --server");
  if (apiKey === "") throw new Refusal("usage", "no API key is given", "set COUNTERSIGN_API_KEY to a key with the scope plan");
  const plan = await context
    .fetchPlan({ url, apiKey, agent, environment, ...(hash === undefined ? {} : { hash }) })
    .catch((error: unknown) => {
      throw error instanceof TypeError ? new Refusal("usage", error.message.replace(/^attachGovernance: /, "")) : error;
    });
  const isShown = plan.attachment === "attached" || plan.planStatus !== null;
  const shown = format === "json" ? renderPlanJson({ agent, environment, ...plan }) : renderPlan({ agent, environment, ...plan });
  if (isShown || format === "json") context.stdout.write(shown);
  if (plan.attachment !== "attached") context.stderr.write(`countersign: ${escapeTerminal(plan.because)}\n  ${cureOf(plan)}\n`);
  return exitCodeOf(plan);
}

function exitCodeOf({ attachment, httpStatus, planStatus }: FetchedPlan): number {
  switch (attachment) {
    case "attached":
      return EXIT.success;
    case "artifact_invalid":
      return EXIT.validation;
    case "no_plan":
      return planStatus === null ? EXIT.notFound : EXIT.approvalRequired;
    case "fetch_failed":
      return httpStatus === 401 || httpStatus === 403 ? EXIT.auth : httpStatus === 404 ? EXIT.notFound : EXIT.network;
  }
}

function cureOf(plan: FetchedPlan): string {
  switch (exitCodeOf(plan)) {
    case EXIT.validation:
      return "do not run with it; an admin publishes again";
    case EXIT.approvalRequired:
      return "somebody approves the change and publishes it";
    case EXIT.notFound:
      return "check --server, --agent and --environment; with --hash, this one is over: fetch without it";
    case EXIT.auth:
      return "the key must be valid, of this organisation, and have the scope plan";
    default:
      return "run it again; COUNTERSIGN_URL says where the server is";
  }
}
