import type { Command } from "commander";
import { Refusal } from "../gate/ports.ts";
import { type CliContext, EXIT } from "./io.ts";

/** `countersign identity erase`: a person's name leaves the records; what they did stays, under a reference that leads nowhere. */
export function addIdentity(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("identity")
    .description("people whom the records know")
    .command("erase <login-or-id>")
    .description("forget a person's name, in every organisation of this database; it cannot be undone")
    .action(async (who: string) => done(await erase(context, who)));
}

async function erase(context: CliContext, who: string): Promise<number> {
  const { records, close } = await context.openAudit();
  try {
    const count = await records.eraseIdentity(who.replace(/^@/, ""));
    if (count === 0)
      throw new Refusal("not_found", `nobody is known as ${who}`, "give the login as it was, or GitHub's numeric account id");
    context.stdout.write(
      `${count} references lead nowhere now; the audit trail has an event of it. docs/auditor-guide.md says what else may hold the name\n`,
    );
    return EXIT.success;
  } finally {
    await close();
  }
}
