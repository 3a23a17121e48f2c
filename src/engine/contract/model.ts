import type { Problem } from "../problem.ts";

/** The contract formats that a reader exists for. A new format is one reader file and one row in readers/index.ts. */
export type Format =
  | "odcs"
  | "dcs"
  | "choochoo"
  | "dbt"
  | "openapi"
  | "asyncapi"
  | "jsonschema"
  | "avro"
  | "protobuf"
  | "graphql"
  | "fides"
  | "plain";

/** 1-based place in a file. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type TagScope = "field" | "object" | "contract" | "definition";

/** One compliance tag where it stands. `key` is the normalised vocabulary key (`pii`, `gdpr-article-9`, `category:user.contact`, or an unknown word as written). */
export interface Tag {
  readonly key: string;
  /** `true` for a marker, else the class or value (`confidential`). */
  readonly value: string;
  /** As written in the file. */
  readonly raw: string;
  /** Where in the format it was declared: `tags`, `classification`, `pii`, `customProperties`, `meta` … */
  readonly carrier: string;
  readonly scope: TagScope;
  readonly pos: Position;
  /** Definitions or references it came through, outermost first. */
  readonly via: readonly string[];
  /** A value that cannot be evaluated (a template expression): never taken as absent. */
  readonly opaque: boolean;
  /** False when the word is not in the vocabulary: an unknown class, never silently public. Set only for carriers that classify (`classification`, `pii`); free `tags` outside the vocabulary are kept with known = false and `classifies` = false. */
  readonly known: boolean;
  /** True when this tag says something about sensitivity (in the vocabulary, or an unknown word in a classifying carrier). Free labels such as `team-a` are false. */
  readonly classifies: boolean;
}

export interface FieldType {
  readonly logical: string | null;
  readonly physical: string | null;
  readonly params: Readonly<Record<string, string>>;
  readonly ref: string | null;
  readonly item: FieldType | null;
}

/** A tag inside the object that a field refers to, and where in there. */
export interface InnerTag {
  readonly at: string;
  readonly tag: Tag;
}

export interface Field {
  readonly object: string;
  /** Path inside the object; array items appear as `[]`. Never empty. */
  readonly path: readonly string[];
  readonly name: string;
  readonly physicalName: string | null;
  readonly aliases: readonly string[];
  /** A standard's own id (ODCS 3.1 `id`), the best key for renames. */
  readonly stableId: string | null;
  /** Protobuf field number: identity on the wire. Null in formats without numbers. */
  readonly number: string | null;
  readonly type: FieldType;
  /** null = not declared. */
  readonly nullable: boolean | null;
  readonly required: boolean | null;
  readonly unique: boolean | null;
  readonly primaryKey: boolean | null;
  readonly enum: readonly string[] | null;
  readonly format: string | null;
  /** minLength, maximum, pattern … as canonical strings. */
  readonly constraints: Readonly<Record<string, string>>;
  readonly default: string | null;
  readonly examples: readonly string[];
  /** encryptedName, masking policy …: canonical string, null when none. */
  readonly masking: string | null;
  readonly description: string | null;
  readonly deprecated: boolean;
  readonly tags: readonly Tag[];
  /** Quality rules as canonical strings. */
  readonly quality: readonly string[];
  readonly definitionRefs: readonly string[];
  /** Canonical URLs of authoritativeDefinitions (never fetched). */
  readonly origins: readonly string[];
  /** What `type.ref` leads to is tagged so: a reference that is turned elsewhere must lead to the same. */
  readonly inside: readonly InnerTag[];
  /** Other files that define the types it names, and `?` for one that no file of the comparison defines; absent = this file defines them all. */
  readonly typeFiles?: readonly string[];
  readonly pos: Position;
}

/** A table, model, topic or message: a named group of fields. */
export interface DataObject {
  readonly name: string;
  /** A standard's own id (ODCS 3.1 `id`); null when the format has none. */
  readonly stableId: string | null;
  readonly physicalName: string | null;
  /** Other names whose data it is read for (Avro). */
  readonly aliases?: readonly string[];
  readonly description: string | null;
  readonly fields: readonly Field[];
  readonly tags: readonly Tag[];
  readonly quality: readonly string[];
  /** Sample data of the whole object: rows as a list, a mapping or a text. */
  readonly examples: readonly string[];
  /** True: others send data of this shape (a request body, an input type), so a new field that they must fill breaks them. */
  readonly input?: boolean;
  /** True: this file only adds to an object that another file defines. */
  readonly extension?: boolean;
  readonly pos: Position;
}

/** A type without fields of its own that fields name: a scalar, an enum, a union. */
export interface NamedType {
  readonly name: string;
  readonly logical: string | null;
  /** Of an enum. */
  readonly values: readonly string[] | null;
  /** What stands on it reaches every field that has it. Of scope `definition`. */
  readonly tags: readonly Tag[];
  readonly extension?: boolean;
}

export interface Server {
  readonly name: string;
  readonly environment: string | null;
  readonly region: string | null;
  /** Everything else that identifies it, canonical. */
  readonly identity: string;
  readonly pos: Position;
}

/** An access role: who may read. Canonical string of its permissions. */
export interface AccessRole {
  readonly name: string;
  readonly access: string;
  readonly pos: Position;
}

/** What the file itself defines to carry tags: a GraphQL directive, a Protobuf option, a category of a taxonomy. */
export interface TagDefinition {
  readonly name: string;
  /** The tag key it stands for. */
  readonly key: string;
  /** Canonical text of the definition. */
  readonly says: string;
  readonly pos: Position;
}

/** One end of a lineage link. `contract` is an id or a file; null = this contract. */
export interface LinkEnd {
  readonly contract: string | null;
  readonly object: string | null;
  /** Dotted path; null = the whole object. */
  readonly field: string | null;
}

/** Data flows (or a reference points) from `upstream` to `downstream`, as the contract declares it. */
export interface Link {
  readonly upstream: LinkEnd;
  readonly downstream: LinkEnd;
  /** Where it was declared: `relationships`, `transformSourceObjects`, `ref` … */
  readonly carrier: string;
  readonly pos: Position;
}

export interface Contract {
  /** Stable key: the contract's own id where it has one, else the file. */
  readonly key: string;
  readonly format: Format;
  readonly specVersion: string;
  readonly file: string;
  readonly name: string | null;
  readonly version: string | null;
  readonly status: string | null;
  readonly description: string | null;
  readonly purpose: string | null;
  readonly owners: readonly string[];
  /** property -> canonical value. `retention` is read into `retention`. */
  readonly slas: Readonly<Record<string, string>>;
  /** Retention in days when it can be read, else the raw words; null when not declared. */
  readonly retention: { readonly days: number | null; readonly raw: string; readonly pos: Position } | null;
  readonly quality: readonly string[];
  readonly servers: readonly Server[];
  readonly roles: readonly AccessRole[];
  readonly consumers: readonly string[];
  readonly objects: readonly DataObject[];
  /** Types that fields of other files may name, beside the objects. */
  readonly types?: readonly NamedType[];
  /** Sample data beside the objects. */
  readonly examples: readonly string[];
  readonly tags: readonly Tag[];
  readonly definitions: readonly TagDefinition[];
  readonly links: readonly Link[];
  /** Advisory problems found while reading (never hides a tag). */
  readonly problems: readonly Problem[];
  readonly pos: Position;
}

/**
 * The outcome of reading one file.
 * `ignored`: the file is no contract (README, other YAML). `unparseable`: it may be one and cannot be read; unknown means not approved.
 */
export type ContractReading =
  | { readonly status: "contract"; readonly contract: Contract }
  | { readonly status: "ignored"; readonly because: string }
  | { readonly status: "unparseable"; readonly problems: readonly Problem[] };

/** Git file modes that hold content. Anything else in a governed place is a `contract.not_regular_file`. */
export type FileMode = "100644" | "100755" | "120000" | "160000" | "040000" | string;

/** One file on one side of a change. `text` null = the blob could not be taken as text (`unreadable` says why). */
export interface ContractFile {
  readonly path: string;
  readonly mode: FileMode;
  /** git object id */
  readonly blob: string;
  readonly bytes: Uint8Array | null;
  /** Why the bytes are missing or were refused: too large, LFS pointer … */
  readonly unreadable: string | null;
}
