import type { MapNode } from "../source/node.ts";
import type { Vocabulary } from "../vocabulary.ts";
import type { Budget } from "./budget.ts";

/** What every reader gets: one parsed document. */
export interface Source {
  readonly root: MapNode;
  readonly file: string;
  readonly vocabulary: Vocabulary;
  readonly budget: Budget;
}
