import type { Position } from "../../model.ts";

/** A schema as far as contracts need it. Constants stay as they are written until somebody asks what they say. */
export interface Schema {
  readonly text: string;
  readonly definitions: readonly Definition[];
  readonly tokens: number;
}

export interface Definition {
  readonly keyword: Keyword;
  /** `extend type …` */
  readonly isExtension: boolean;
  /** Empty for a schema. */
  readonly name: string;
  readonly namePos: Position;
  /** Where it begins, its description included. */
  readonly pos: Position;
  /** The same in the text. */
  readonly start: number;
  /** Where its first token ends. */
  readonly firstEnd: number;
  /** Tokens of the file up to its first one. */
  readonly tokens: number;
  /** The token, with its quotes. */
  readonly description: string | null;
  readonly directives: readonly Directive[];
  /** Fields of a type, arguments of a directive, or what a schema is entered by. */
  readonly fields: readonly FieldNode[];
  /** Of an enum. */
  readonly values: readonly string[];
  /** Of a union. */
  readonly members: readonly Member[];
  /** Where a directive may stand. */
  readonly places: readonly string[];
  readonly repeatable: boolean;
}

export type Keyword = "schema" | "scalar" | "type" | "interface" | "union" | "enum" | "input" | "directive";

export interface Member {
  readonly name: string;
  readonly pos: Position;
}

/** A field, an argument or an input field. */
export interface FieldNode {
  readonly name: string;
  readonly pos: Position;
  /** The token, with its quotes. */
  readonly description: string | null;
  readonly args: readonly FieldNode[];
  /** As written: `[String!]!`. */
  readonly type: string;
  readonly fallback: Constant | null;
  readonly directives: readonly Directive[];
}

/** As written, from the `@` on. */
export interface Directive {
  readonly name: string;
  readonly text: string;
  readonly pos: Position;
}

/** A value as written. */
export interface Constant {
  readonly text: string;
  readonly pos: Position;
}
