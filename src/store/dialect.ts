import { Column, getTableColumns, is, Name, Param, Placeholder, type QueryWithTypings, SQL, StringChunk, Table } from "drizzle-orm";
import { PgDialect, PgSelectBase } from "drizzle-orm/pg-core";

/** A column or an expression of what a statement gives back. */
interface Selected {
  readonly field: unknown;
}

/** Of drizzle's dialect, what is changed here: not all of it is among its declared types. The version is pinned. */
interface Drizzles {
  sqlToQuery(statement: SQL, invokeSource?: "indexes"): QueryWithTypings;
  escapeName(name: string): string;
  buildSelection(fields: readonly Selected[], options?: { readonly isSingleTable?: boolean }): SQL;
}

/** A statement as far as it is written. Its pieces are joined once: a text that grows keeps each of them for as long as it is kept itself. */
interface Writing {
  readonly pieces: string[];
  readonly params: unknown[];
}

/** Remembers the names of the tables that it meets. */
export function createDialect(): PgDialect {
  return new OnePassDialect() as unknown as PgDialect;
}

/**
 * drizzle's dialect, with its statements written in one pass: its own makes a text and a list of values for each comma and joins them level
 * by level, which was a third of what an evaluation allocated. Whatever is not known here is left to drizzle, the whole statement at once.
 */
class OnePassDialect extends (PgDialect as unknown as new () => Drizzles) {
  /** Of tables and columns, as they stand in a statement. */
  readonly #names = new WeakMap<object, string>();
  /** Of a table, all its columns. */
  readonly #rows = new WeakMap<object, SQL>();

  override sqlToQuery(statement: SQL, invokeSource?: "indexes"): QueryWithTypings {
    const { pieces, params }: Writing = { pieces: [], params: [] };
    const known = invokeSource === undefined && this.#write(statement, { pieces, params });
    return known ? { sql: pieces.join(""), params } : super.sqlToQuery(statement, invokeSource);
  }

  override buildSelection(fields: readonly Selected[], options: { readonly isSingleTable?: boolean } = {}): SQL {
    const table = options.isSingleTable ? tableOf(fields) : null;
    if (table === null) return super.buildSelection(fields, options);
    const known = this.#rows.get(table) ?? new SQL([new StringChunk(super.sqlToQuery(super.buildSelection(fields, options)).sql)]);
    this.#rows.set(table, known);
    return known;
  }

  /** False: drizzle has to write it. */
  #write(chunk: unknown, to: Writing): boolean {
    if (chunk === undefined) return true;
    if (typeof chunk === "function") return false;
    if (chunk === null || typeof chunk !== "object") return writeValue(chunk, to);
    if (chunk instanceof StringChunk) return writeText(chunk.value.join(""), to);
    if (chunk instanceof Param) return this.#writeParam(chunk, to);
    if (chunk instanceof SQL) return !inlined(chunk) && chunk.queryChunks.every((part) => this.#write(part, to));
    if (chunk instanceof Name) return writeText(this.escapeName(chunk.value), to);
    if (Array.isArray(chunk)) {
      writeText("(", to);
      const known = chunk.every((part, index) => writeText(index === 0 ? "" : ", ", to) && this.#write(part, to));
      return known && writeText(")", to);
    }
    const name = this.#names.get(chunk);
    if (name !== undefined) return writeText(name, to);
    if (is(chunk, PgSelectBase)) return writeText("(", to) && this.#write(chunk.getSQL(), to) && writeText(")", to);
    if (!is(chunk, Column) && !is(chunk, Table)) return false;
    const written = super.sqlToQuery(new SQL([chunk])).sql;
    this.#names.set(chunk, written);
    return writeText(written, to);
  }

  #writeParam({ value, encoder }: Param, to: Writing): boolean {
    if (is(value, Placeholder)) return false;
    const encoded = value === null ? null : encoder.mapToDriverValue(value);
    return is(encoded, SQL) ? this.#write(encoded, to) : writeValue(encoded, to);
  }
}

function writeText(text: string, to: Writing): true {
  to.pieces.push(text);
  return true;
}

function writeValue(value: unknown, to: Writing): true {
  to.params.push(value);
  return writeText(`$${to.params.length}`, to);
}

/** drizzle writes the values of such a statement into its text. */
function inlined(statement: SQL): boolean {
  return (statement as unknown as { readonly shouldInlineParams: boolean }).shouldInlineParams;
}

/** The table whose columns these are, all of them and in their order; else null. */
function tableOf(fields: readonly Selected[]): Table | null {
  const first = fields[0]?.field;
  if (!(first instanceof Column)) return null;
  const columns: readonly unknown[] = Object.values(getTableColumns(first.table));
  return columns.length === fields.length && columns.every((column, index) => column === fields[index]!.field) ? first.table : null;
}
