import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { decideAgain } from "../gate/explain-decision.ts";
import { Refusal } from "../gate/ports.ts";
import { parseReport } from "../report/json.ts";
import { renderTree } from "../report/tree.ts";
import { type CliContext, EXIT, wantsColor } from "./io.ts";

const MAKE_ONE = "make one with: countersign check --format json --with-facts --output decision.json";

/** `countersign explain`: the decision tree of a saved decision; decided again when the facts are in the file. */
export function addExplain(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("explain")
    .description("print why a saved decision (check --format json) is what it is")
    .argument("<decision.json>", "the file")
    .action(async (file: string) => done(await explain(context, file)));
}

async function explain(context: CliContext, file: string): Promise<number> {
  const text = await readFile(resolve(context.cwd, file), "utf8").catch(() => {
    throw new Refusal("not_found", `no such decision file: ${file}`, MAKE_ONE);
  });
  const report = parseReport(text);
  if (report === null) throw new Refusal("config", `${file} is no decision of Countersign (schemaVersion 1)`, MAKE_ONE);
  const { decision, facts } = report;
  context.stdout.write(`${decision.verdict}\n\n${renderTree(decision.tree, { color: wantsColor(context) })}\n`);
  if (facts === null) return EXIT.success;
  const again = decideAgain(decision, facts);
  if (again.status === "same") {
    context.stdout.write("Decided again from its facts: the same.\n");
    return EXIT.success;
  }
  context.stdout.write(
    `Decided again from its facts: ${again.now.state}, but the file says ${decision.state}. The file was changed, or another version made it.\n`,
  );
  return EXIT.validation;
}
