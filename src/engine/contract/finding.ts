import type { Problem } from "../problem.ts";
import type { Level } from "./classes.ts";
import type { LineageSummary } from "./lineage/model.ts";
import type { Format } from "./model.ts";
import type { WantedType } from "./type-places.ts";

/** `block` needs approval by policy, `break` breaks consumers, then `warn` and `info`. Structure and tags only, never policy. */
export type Severity = "block" | "break" | "warn" | "info";

/** What kind of weight a finding has in the risk score (decision.md section 4, S). */
export type ChangeWeight = "loss" | "exposure" | "added" | "other";

/** One semantic change to a contract. */
export interface Finding {
  /** A row of the finding table (`FINDING_CODES`). */
  readonly code: string;
  readonly severity: Severity;
  /** The contract's file at head, or at base when it is gone at head. */
  readonly contract: string;
  readonly format: Format | null;
  readonly object: string | null;
  /** Dotted field path inside the object, null for object- or contract-level findings. */
  readonly field: string | null;
  /** Normalised tag keys in force on the field (its own, and those of the enclosing object and contract) at base and at head. */
  readonly tagsBefore: readonly string[];
  readonly tagsAfter: readonly string[];
  /** Classification levels (`confidential` …) are tags too; unknown classes appear here as `unknown:<word>`. */
  readonly unknownClasses: readonly string[];
  readonly before: string | null;
  readonly after: string | null;
  /** Sentence fragment for people, without field name: "tag `pii` removed". Plain text; renderers escape. */
  readonly message: string;
  readonly file: string;
  /** On the head side, or the base side when the head side is gone; null for whole-file findings on binary content. */
  readonly line: number | null;
  readonly column: number | null;
  readonly side: "head" | "base";
  readonly weight: ChangeWeight;
  /** hash(code, contract, object, path, before, after): survives rebases and reformatting. */
  readonly fingerprint: string;
}

/** Per contract: how many tagged fields base had and how many lost a tag or disappeared; for the mass-loss floor. */
export interface TagLoss {
  readonly contract: string;
  readonly taggedAtBase: number;
  readonly lost: number;
}

/** A governed file that differs between the two sides. Blob null = absent on that side. */
export interface GovernedFile {
  readonly path: string;
  readonly baseMode: string | null;
  readonly baseBlob: string | null;
  readonly headMode: string | null;
  readonly headBlob: string | null;
}

/** Everything the contract engine knows about one change. Plain data: facts for `decide`. */
export interface ContractDiff {
  readonly findings: readonly Finding[];
  readonly files: readonly GovernedFile[];
  readonly losses: readonly TagLoss[];
  /** Files that cannot be read at head: the decision is `invalid`. */
  readonly unparseable: readonly Problem[];
  /** Advisory problems (validation warnings). */
  readonly warnings: readonly Problem[];
  /** Environments that changed contracts name for themselves (`servers[].environment`), at base or head. */
  readonly environments: readonly string[];
  /** The contracts read on the head side, for the compiled artifact: see CompiledContract. */
  readonly contracts: readonly CompiledContract[];
}

/** What one comparison gives: the diff, which is a fact, and what the lineage graph needs to know of the contracts on both sides. */
export interface Comparison extends ContractDiff {
  readonly lineage: { readonly base: readonly LineageSummary[]; readonly head: readonly LineageSummary[] };
  /** Types of files that are not in the comparison, which decide what the change does: looked for, and handed in when it is compared again. */
  readonly wantedTypes: readonly WantedType[];
}

/** A governed contract in the form that a runtime needs: fields, tags, classification, and how they are to be handled. */
export interface CompiledContract {
  readonly file: string;
  readonly key: string;
  readonly format: Format;
  readonly version: string | null;
  /** In days where it can be read so; null = not declared. */
  readonly retention: { readonly days: number | null; readonly raw: string } | null;
  readonly objects: readonly {
    readonly name: string;
    readonly tags: readonly string[];
    readonly fields: readonly {
      readonly path: string;
      readonly type: string | null;
      readonly tags: readonly string[];
      /** The highest level that is declared for it; null = none is. */
      readonly classification: Level | null;
      readonly masking: string | null;
    }[];
  }[];
}
