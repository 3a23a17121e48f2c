import { statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Command } from "commander";
import picocolors from "picocolors";
import type { Problem } from "../engine/problem.ts";
import { Refusal } from "../gate/ports.ts";
import { validateWorkspace } from "../gate/validate-workspace.ts";
import { renderProblems } from "../report/problems.ts";
import { terminalJson } from "../report/visible.ts";
import { type CliContext, EXIT, wantsColor } from "./io.ts";

/** `countersign validate`: contracts, policies, configuration and agents, each problem with file and line. */
export function addValidate(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("validate")
    .description(
      "check contracts, policies and their cases, .choochoorc, lineage, AGENTS.md and System Cards as they stand in the work tree",
    )
    .argument("[path]", "a folder or file inside the repository", ".")
    .option("--strict", "warnings count as errors", false)
    .option("--json", "print the problems as JSON", false)
    .action(async (path: string, options: { strict: boolean; json: boolean }) => done(await validate(context, path, options)));
}

async function validate(context: CliContext, path: string, options: { strict: boolean; json: boolean }): Promise<number> {
  const target = resolve(context.cwd, path);
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats === undefined) throw new Refusal("not_found", `no such path: ${path}`);
  const repository = await context.openRepository(stats.isDirectory() ? target : dirname(target));
  try {
    const under = repository.bare ? "" : relative(repository.root, target).replaceAll("\\", "/");
    const result = await validateWorkspace(repository, context.schemas, under);
    const problems = [...result.config, ...result.contracts];
    const color = wantsColor(context);
    if (options.json) context.stdout.write(terminalJson(problems));
    else if (problems.length === 0) context.stdout.write(sound(result.files, color));
    else context.stdout.write(`${renderProblems(problems, { color }).trimEnd()} in ${read(result.files)}\n`);
    const counts = (problem: Problem) => options.strict || problem.severity === "error";
    if (result.config.some(counts)) return EXIT.config;
    return result.contracts.some(counts) ? EXIT.validation : EXIT.success;
  } finally {
    await repository.close();
  }
}

function sound(files: number, color: boolean): string {
  const { green } = picocolors.createColors(color);
  return `${green("✓")} ${read(files)}: nothing wrong\n`;
}

function read(files: number): string {
  return `${files} governed ${files === 1 ? "file" : "files"}, policy and configuration`;
}
