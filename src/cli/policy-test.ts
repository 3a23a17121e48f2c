import { type Command, Option } from "commander";
import { compareHereWith } from "../gate/compare-here.ts";
import { Refusal } from "../gate/ports.ts";
import { type SuiteResult, testPolicies } from "../gate/test-policies.ts";
import { CASES_FORMATS, type CasesFormat, renderCases } from "../report/cases.ts";
import { readSource } from "./given-file.ts";
import { type CliContext, EXIT, wantsColor } from "./io.ts";
import { policyFiles, suiteOf } from "./policy-files.ts";

/** `countersign policy test`: runs the cases of policies. */
export function addPolicyTest(policy: Command, context: CliContext, done: (code: number) => void): void {
  policy
    .command("test")
    .description("run the cases of policies: `tests` inside them and <name>.cases.yaml beside them")
    .argument("[path]", "a policy file, a cases file or a folder", ".")
    .option("--config <file>", "this .choochoorc in place of the one beside the policies")
    .addOption(new Option("--format <format>", "how it is shown").choices([...CASES_FORMATS]).default("text"))
    .action(async (path: string, options: { config?: string; format: CasesFormat }) => done(await run(context, path, options)));
}

async function run(context: CliContext, path: string, options: { config?: string; format: CasesFormat }): Promise<number> {
  const given = options.config === undefined ? null : await readSource(context, "config", options.config);
  const suites: SuiteResult[] = [];
  for (const file of await policyFiles(context, path))
    suites.push(await testPolicies(compareHereWith(context.schemas), await suiteOf(context, file, given)));
  const all = suites.flatMap(({ results }) => results);
  const unreadable = suites.some(({ problems }) => problems.length > 0);
  if (all.length === 0 && !unreadable) {
    throw new Refusal(
      "config",
      suites.length === 0 ? `no policies in ${path}` : `no cases: nothing was tested in ${path}`,
      "write `tests:` into a policy, or <name>.cases.yaml beside <name>.yaml (countersign schema cases)",
    );
  }
  context.stdout.write(renderCases(options.format, { suites }, { color: wantsColor(context) }));
  if (unreadable) return EXIT.config;
  return all.some(({ differences }) => differences.length > 0) ? EXIT.validation : EXIT.success;
}
