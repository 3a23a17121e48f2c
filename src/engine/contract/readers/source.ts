import type { References } from "../references.ts";
import type { PlainMapping } from "../rules.ts";
import type { MapNode } from "../source/node.ts";
import type { Vocabulary } from "../vocabulary.ts";
import type { Budget } from "./budget.ts";
import type { SchemaVersions } from "./graphql/versions.ts";

interface AnySource {
  readonly file: string;
  readonly vocabulary: Vocabulary;
  readonly mappings: readonly PlainMapping[];
  readonly budget: Budget;
  readonly references: References;
}

/** What the readers of YAML and JSON get: one parsed document. */
export interface Source extends AnySource {
  readonly root: MapNode;
}

/** What the readers of other languages get: the text. */
export interface TextSource extends AnySource {
  readonly text: string;
  /** Of schemas in this comparison; absent = this file is read by itself. */
  readonly versions?: SchemaVersions;
}
