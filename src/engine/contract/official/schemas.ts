import type { ErrorObject } from "ajv";
import type { SchemaName } from "./catalogue.ts";

/** One way in which a value differs from a schema, as the validator tells it. */
export type SchemaError = Pick<ErrorObject, "keyword" | "instancePath" | "schemaPath" | "params" | "parentSchema">;

/** One compiled schema. */
export interface SchemaJudge {
  /** Stops at the first difference: the errors of one place, none for a valid value. May throw on a value that no schema was meant for. */
  readonly first: (value: unknown) => readonly SchemaError[];
  /** Every difference, in the validator's order; its time grows with the square of their number. May throw likewise. */
  readonly all: (value: unknown) => readonly SchemaError[];
  /** Every key that the schema names anywhere: for "did you mean". */
  readonly keys: () => readonly string[];
}

/** Gives a schema, read and compiled when it is first asked for. Reading files is not the engine's business, so it is handed in. */
export type OfficialSchemas = (name: SchemaName) => SchemaJudge;
