import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { compareHere } from "../gate/compare-here.ts";
import { showLineage } from "../gate/show-lineage.ts";
import { LINEAGE_FORMATS, type LineageFormat, renderLineage } from "../report/lineage.ts";
import { renderProblems } from "../report/problems.ts";
import { type CliContext, EXIT, wantsColor } from "./io.ts";
import { showReading } from "./show-reading.ts";

/** `countersign lineage show`: which contract feeds which. */
export function addLineage(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("lineage")
    .description("what contracts feed and are fed by")
    .command("show")
    .description("the lineage graph, whole or around one contract")
    .argument("[contract]", "a contract's file, its id or one of its objects")
    .option("--repository <path>", "the repository", ".")
    .addOption(new Option("--format <format>", "how it is shown").choices([...LINEAGE_FORMATS]).default("text"))
    .action(async (contract: string | undefined, options: { repository: string; format: LineageFormat }) => {
      const repository = await context.openRepository(resolve(context.cwd, options.repository));
      try {
        const memory = context.openSummaries(repository.root);
        const deps = { repository, comparer: compareHere, memory, progress: showReading(context) };
        const { graph, problems } = await showLineage(deps, contract ?? null);
        context.stdout.write(renderLineage(options.format, graph));
        if (problems.length > 0) context.stderr.write(renderProblems(problems, { color: wantsColor(context) }));
        done(EXIT.success);
      } finally {
        await repository.close();
      }
    });
}
