import type { Command } from "commander";
import type { CliContext } from "./io.ts";

/** `countersign migrate`: tables, the queue's schema, row-level security and grants, by the owner's login. */
export function addMigrate(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("migrate")
    .description("bring the database up to date and grant the login that runs what it needs (reads DATABASE_OWNER_URL and DATABASE_URL)")
    .action(async () => done(await context.migrate()));
}
