import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TABLES } from "../../src/store/tables.ts";
import { describeOnBoth } from "../support/database.ts";
import { dumpSchema } from "./dump-schema.ts";

describeOnBoth("the migrated schema", (open) => {
  it("T86: is the reviewed one, on both databases (a change of it is read in schema.golden.txt before it is made)", async () => {
    const db = await open();
    await expect(await dumpSchema(db.outer)).toMatchFileSnapshot("./schema.golden.txt");
  });
});

/** What takes records away, in a migration. Tables that hold no evidence may lose a column or a row. */
function removals(text: string): readonly string[] {
  const statements = text
    .replaceAll(/--[^\n]*/g, "")
    .replaceAll(/\$\$[\s\S]*?\$\$/g, "''")
    .split(";");
  const evidence = Object.keys(TABLES).filter((table) => TABLES[table]!.may.join() === "insert");
  return statements.flatMap((statement) => {
    const said = statement
      .replaceAll(/["\s]+/g, " ")
      .trim()
      .toLowerCase();
    const whole =
      /^drop (table|schema|trigger|function|policy|database|owned)\b|^truncate\b|\bdisable (trigger|row level security)\b|\bno force row\b|\benable (replica )?trigger\b/;
    const named = evidence.some((table) => new RegExp(`\\b(?:public \\. |public\\.)?${table}\\b`).test(said));
    const changes =
      /^(delete from|update) |\bdrop (column|constraint)\b|\bon delete (cascade|set null|set default)\b|\brename\b|\balter column \S+ (set data )?type\b/;
    return whole.test(said) || (named && changes.test(said)) ? [said.slice(0, 80)] : [];
  });
}

describe("T86: migrations", () => {
  const folder = new URL("../../drizzle/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));

  it.each(files)("%s takes no evidence away, and lifts no guard of it", (file) => {
    expect(removals(readFileSync(new URL(file, folder), "utf8"))).toEqual([]);
  });

  it.each([
    'DROP TABLE "subject"',
    "TRUNCATE routine",
    'DELETE FROM "audit_event" WHERE at < now()',
    "delete from public.evaluation",
    "UPDATE \"governance_approval\" SET kind = 'regular'",
    'ALTER TABLE "evaluation" DROP COLUMN "facts"',
    "ALTER TABLE audit_event DISABLE TRIGGER audit_event_immutable",
    "DROP TRIGGER audit_event_immutable ON audit_event",
    "ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY",
    'ALTER TABLE "receipt" ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES b(c) ON DELETE cascade',
    "-- harmless\nDROP FUNCTION countersign_refuse_change",
  ])("finds %s", (statement) => expect(removals(`SELECT 1;\n--> statement-breakpoint\n${statement};`)).toHaveLength(1));

  it.each(['ALTER TABLE "bypass_incident" ADD COLUMN "branch" text', "DELETE FROM routine", "-- drop table audit_event"])(
    "leaves %s alone",
    (statement) => expect(removals(`${statement};`)).toEqual([]),
  );
});
