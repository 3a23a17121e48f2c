import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import type { PolicySource } from "../engine/policy/model.ts";
import { compareHereWith } from "../gate/compare-here.ts";
import { Refusal } from "../gate/ports.ts";
import { type PolicySuite, type SuiteResult, testPolicies } from "../gate/test-policies.ts";
import { CASES_FORMATS, type CasesFormat, renderCases } from "../report/cases.ts";
import { readSource } from "./given-file.ts";
import { type CliContext, EXIT, wantsColor } from "./io.ts";

const CASES = /\.cases\.ya?ml$/;
const POLICIES = /^approval-policies\.ya?ml$/;
const NEVER_INSIDE = new Set(["node_modules", ".git", "dist"]);
const FILES_MAX = 20_000;

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

/** Policy files that a path stands for, relative to the current folder, in order. */
async function policyFiles(context: CliContext, path: string): Promise<readonly string[]> {
  const target = resolve(context.cwd, path);
  const found = await stat(target).catch(() => null);
  if (found === null) throw new Refusal("not_found", `no such path: ${path}`);
  const shown = (file: string) => relative(context.cwd, file) || file;
  if (!found.isDirectory()) return [shown(CASES.test(target) ? await policiesBeside(target) : target)];
  const files = await filesUnder(target);
  const named = files.filter((file) => POLICIES.test(basename(file)));
  const beside = await Promise.all(files.filter((file) => CASES.test(file)).map(policiesBeside));
  return [...new Set([...named, ...beside].map(shown))].sort();
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      if (entry.isDirectory() && !NEVER_INSIDE.has(entry.name)) open.push(join(next, entry.name));
      else if (entry.isFile()) files.push(join(next, entry.name));
    }
    if (files.length > FILES_MAX)
      throw new Refusal("usage", `more than ${FILES_MAX} files in ${folder}`, "name the folder of the policies");
  }
  return files;
}

async function policiesBeside(cases: string): Promise<string> {
  return (await firstThere(namesOf(cases.replace(CASES, "")))) ?? cases.replace(CASES, ".yaml");
}

async function suiteOf(context: CliContext, file: string, config: PolicySource | null): Promise<PolicySuite> {
  const at = resolve(context.cwd, file);
  const cases = await firstThere(namesOf(`${at.replace(/\.ya?ml$/, "")}.cases`));
  const folder = dirname(at);
  const beside = await firstThere([
    join(folder, ".choochoorc"),
    ...(basename(folder) === ".choochoo" ? [join(folder, "..", ".choochoorc")] : []),
  ]);
  const source = (kind: PolicySource["kind"], path: string) => readSource(context, kind, relative(context.cwd, path));
  return {
    policies: await source("policies", at),
    config: config ?? (beside === null ? null : await source("config", beside)),
    cases: cases === null ? null : await source("policies", cases),
  };
}

function namesOf(stem: string): readonly string[] {
  return [`${stem}.yaml`, `${stem}.yml`];
}

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await stat(path).catch(() => null))?.isFile() === true) return path;
  return null;
}
