import type { Link } from "../model.ts";

/** What the lineage graph keeps of one contract: who it is, what it protects, what it is linked to. Plain JSON. */
export interface LineageSummary {
  readonly file: string;
  readonly key: string;
  readonly objects: readonly { readonly name: string; readonly physicalName: string | null }[];
  /** Places that carry protecting tags, with those of the object and contract around them. */
  readonly tagged: readonly { readonly object: string; readonly field: string; readonly keys: readonly string[] }[];
  readonly production: boolean;
  readonly critical: boolean;
  readonly links: readonly Omit<Link, "pos">[];
}
