import { type Command, Option } from "commander";
import { readPopulation } from "../gate/given-people.ts";
import { lint } from "../gate/lint-policies.ts";
import { Refusal } from "../gate/ports.ts";
import { renderProblems } from "../report/problems.ts";
import { terminalJson } from "../report/visible.ts";
import { readSource, readText } from "./given-file.ts";
import { type CliContext, EXIT, wantsColor } from "./io.ts";
import { policyFiles, suiteOf } from "./policy-files.ts";

interface LintOptions {
  readonly config?: string;
  readonly approvals?: string;
  readonly strict: boolean;
  readonly format: "text" | "json";
}

/** `countersign policy lint`: what can never be as it was meant. */
export function addPolicyLint(policy: Command, context: CliContext, done: (code: number) => void): void {
  policy
    .command("lint")
    .description("find policies that can never match or never be filled")
    .argument("[path]", "a policy file or a folder", ".")
    .option("--config <file>", "this .choochoorc in place of the one beside the policies")
    .option("--approvals <file>", "teams and owners as JSON, as for check: also what nobody of them could approve")
    .option("--strict", "warnings count as errors", false)
    .addOption(new Option("--format <format>", "how it is shown").choices(["text", "json"]).default("text"))
    .action(async (path: string, options: LintOptions) => done(await run(context, path, options)));
}

async function run(context: CliContext, path: string, options: LintOptions): Promise<number> {
  const given = options.config === undefined ? null : await readSource(context, "config", options.config);
  const people =
    options.approvals === undefined ? null : readPopulation({ text: await readText(context, options.approvals), file: options.approvals });
  const files = await policyFiles(context, path);
  if (files.length === 0) throw new Refusal("config", `no policies in ${path}`, "name the policy file");
  const suites = await Promise.all(files.map((file) => suiteOf(context, file, given)));
  const problems = suites.flatMap(({ policies, config }) => lint(config === null ? [policies] : [policies, config], people));
  const color = wantsColor(context);
  if (options.format === "json") context.stdout.write(terminalJson(problems));
  else if (problems.length > 0) context.stdout.write(renderProblems(problems, { color }));
  else context.stdout.write(`${files.length} policy ${files.length === 1 ? "file" : "files"}: nothing wrong\n`);
  return problems.some(({ severity }) => options.strict || severity === "error") ? EXIT.config : EXIT.success;
}
