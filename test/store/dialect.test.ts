import {
  and,
  asc,
  desc,
  eq,
  exists,
  getTableColumns,
  inArray,
  isNull,
  ne,
  or,
  Param,
  SQL,
  type SQLWrapper,
  StringChunk,
  sql,
} from "drizzle-orm";
import { alias, PgDatabase, PgDialect, type PgSession, pgEnum } from "drizzle-orm/pg-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Tx } from "../../src/store/connect.ts";
import { createDialect } from "../../src/store/dialect.ts";
import { businessDraft, checkOutbox, evaluation, subject } from "../../src/store/schema.ts";

const drizzles = new PgDialect();
/** Kept for all of them: what it remembers from one statement is used for the next. */
const ours = createDialect();
const over = (dialect: PgDialect): Tx => new PgDatabase(dialect, null as unknown as PgSession, undefined);

const row = {
  ...{ key: "1#2", repositoryId: 1, ownerId: 2, owner: "acme", name: "data", installationId: 3 },
  ...{ tenantId: "00000000-0000-0000-0000-000000000001", number: 2, baseRef: null, headSha: null, open: true },
} as typeof subject.$inferInsert;
const other = alias(subject, "other");

const STATEMENTS: Record<string, (tx: Tx) => SQLWrapper> = {
  "whole rows": (tx) => tx.select().from(subject),
  "whole rows of another table": (tx) => tx.select().from(evaluation).orderBy(desc(evaluation.version)).limit(2),
  "whole rows once more": (tx) => tx.select().from(subject).where(eq(subject.key, "1#2")).for("no key update"),
  "whole rows of a table under another name": (tx) => tx.select().from(other).where(ne(other.key, "1")),
  "some columns": (tx) => tx.select({ key: subject.key, at: subject.dirtyAt }).from(subject),
  "all columns in another order": (tx) => {
    const { key, ...rest } = getTableColumns(subject);
    return tx.select({ ...rest, key }).from(subject);
  },
  "whole rows of one of two tables": (tx) =>
    tx.select({ evaluation }).from(evaluation).innerJoin(subject, eq(subject.key, evaluation.subjectKey)).where(eq(subject.open, true)),
  "two tables": (tx) => tx.select().from(evaluation).leftJoin(businessDraft, eq(businessDraft.id, evaluation.draftId)),
  "a table with itself": (tx) => tx.select().from(subject).innerJoin(other, eq(subject.ownerId, other.ownerId)),
  expressions: (tx) =>
    tx
      .select({ most: sql<number>`max(${evaluation.version})`.as("most"), all: sql`count(*)` })
      .from(evaluation)
      .groupBy(evaluation.subjectKey),
  lists: (tx) =>
    tx
      .select()
      .from(subject)
      .where(and(inArray(subject.key, ["1#2", "1#3", "O'Brien"]), or(isNull(subject.number), undefined))),
  "a select within": (tx) =>
    tx
      .select()
      .from(subject)
      .where(inArray(subject.key, tx.select({ key: evaluation.subjectKey }).from(evaluation).where(eq(evaluation.state, "x")))),
  "a condition that asks": (tx) =>
    tx
      .select()
      .from(subject)
      .where(exists(tx.select().from(evaluation).where(eq(evaluation.subjectKey, subject.key)))),
  "from a select": (tx) => {
    const newest = tx
      .select({ key: evaluation.subjectKey, state: evaluation.state })
      .from(evaluation)
      .orderBy(asc(evaluation.id))
      .as("newest");
    return tx.select().from(newest).where(eq(newest.state, "approved"));
  },
  "with a select": (tx) => {
    const newest = tx.$with("newest").as(tx.select().from(evaluation).limit(1));
    return tx.with(newest).select().from(newest);
  },
  "an insert with what is left out": (tx) => tx.insert(subject).values(row).onConflictDoNothing(),
  "an insert of many": (tx) =>
    tx
      .insert(subject)
      .values([row, { ...row, key: "1#3", number: null }])
      .returning(),
  "an insert that updates": (tx) =>
    tx
      .insert(subject)
      .values(row)
      .onConflictDoUpdate({ target: subject.key, set: { owner: "b", wantGen: sql`${subject.wantGen} + 1` } }),
  "an insert of an object": (tx) =>
    tx
      .insert(evaluation)
      .values({ facts: { a: [1, null] }, decision: null, id: row.tenantId } as unknown as typeof evaluation.$inferInsert),
  "an update": (tx) =>
    tx
      .update(checkOutbox)
      .set({ version: sql`${checkOutbox.version} + ${2}`, policy: null, inFlightKey: "k" })
      .where(eq(checkOutbox.id, "1"))
      .returning(),
  "a delete": (tx) => tx.delete(subject).where(and(eq(subject.key, "1"), sql`${subject.name} is distinct from ${null}::text`)),
  "text with a quote in a name": () => sql`select ${sql.identifier('a"b')} from ${sql.raw("c")}`,
  "values that are written into the text": () => sql`select ${sql`${"it's"}, ${3}`.inlineParams()}, ${"after"}`,
  "a value for later": () => sql`select ${sql.placeholder("a")}, ${new Param(sql.placeholder("b"), subject.owner)}, ${1}`,
  "a value of a kind, for later": () => sql`select ${new Param(sql.placeholder("b"), subject.owner)}`,
  "a kind of the database": () => sql`select ${"low"}::${pgEnum("level", ["low", "high"])}`,
  "text in pieces": () => new SQL([new StringChunk(["select ", "1"])]),
  nothing: () => sql``,
};

test.each(Object.entries(STATEMENTS))(
  "%s: the statement is drizzle's own, at first and when what it is made of is remembered",
  (_, build) => {
    const wanted = drizzles.sqlToQuery(build(over(drizzles)).getSQL());
    for (let time = 0; time < 2; time++) expect(plain(ours.sqlToQuery(build(over(ours)).getSQL()))).toEqual(plain(wanted));
  },
);

test("what is written is what was asked for", () => {
  const { sql: text, params } = ours.sqlToQuery(
    over(ours).select({ key: subject.key }).from(subject).where(eq(subject.owner, "acme")).getSQL(),
  );
  expect(text).toBe('select "key" from "subject" where "subject"."owner" = $1');
  expect(params).toEqual(["acme"]);
});

describe("laws", () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  const { chunk } = fc.letrec<{ chunk: unknown; statement: SQL }>((tie) => ({
    chunk: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      value,
      value.map((given) => sql.param(given)),
      fc.constant(undefined),
      fc.constantFrom<unknown>(subject, subject.key, other, other.key, evaluation.facts, evaluation),
      fc.string().map((name) => sql.identifier(name)),
      fc.string().map((text) => sql.raw(text)),
      fc.json().map((facts) => new Param(JSON.parse(facts), evaluation.facts)),
      fc.string().map((name) => sql.placeholder(name)),
      fc.array(tie("chunk"), { maxLength: 4 }),
      tie("statement"),
      tie("statement").map((inner) => new Param(inner)),
      tie("statement").map((inner) => inner.as("named")),
    ),
    statement: fc.tuple(fc.array(tie("chunk"), { maxLength: 5 }), fc.boolean()).map(([chunks, inline]) => {
      const made = sql.join(chunks as SQL[], sql`, `);
      return inline && chunks.length === 1 ? made.inlineParams() : made;
    }),
  }));

  test("any statement is written as drizzle writes it", () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
        const statement = new SQL(chunks as SQL[]);
        const told = written(ours, statement);
        expect(told).toEqual(written(drizzles, statement));
      }),
      { numRuns: 2_000 },
    );
  });

  function written(dialect: PgDialect, statement: SQL): unknown {
    try {
      return plain(dialect.sqlToQuery(statement));
    } catch (error) {
      return String(error);
    }
  }
});

/** Without the kinds of the values, which neither driver is told. */
function plain({ sql: text, params }: { readonly sql: string; readonly params: readonly unknown[] }) {
  return { text, params };
}
