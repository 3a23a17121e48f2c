/** What a finding code is in RFC-0039: what happened, and to which part of a contract in the words of ODCS. */
export interface DifferenceRow {
  readonly type: DifferenceType;
  /** `schema`: inside an object or field; else the top-level section. A `schema` row about the whole contract takes its field as section. */
  readonly section: string;
  readonly field: string;
}

export type DifferenceType = "ADD" | "REMOVE" | "CHANGE";

const row = (type: DifferenceType, section: string, field: string): DifferenceRow => ({ type, section, field });

/** By finding code. A code without a row is still told: see differenceRow. */
export const DIFFERENCE_ROWS: Readonly<Record<string, DifferenceRow>> = {
  "tag.removed": row("REMOVE", "schema", "tags"),
  "tag.weakened": row("CHANGE", "schema", "tags"),
  "tag.scope_removed": row("REMOVE", "schema", "tags"),
  "tag.became_opaque": row("CHANGE", "schema", "tags"),
  "tag.changed": row("CHANGE", "schema", "tags"),
  "tag.vocabulary_changed": row("CHANGE", "schema", "tags"),
  "tag.vocabulary_added": row("ADD", "schema", "tags"),
  "tag.origin_changed": row("CHANGE", "schema", "authoritativeDefinitions"),
  "tag.added": row("ADD", "schema", "tags"),
  "tag.suspected_missing": row("CHANGE", "schema", "tags"),
  "classification.lowered": row("CHANGE", "schema", "classification"),

  "field.removed": row("REMOVE", "schema", "properties"),
  "field.renamed": row("CHANGE", "schema", "name"),
  "field.moved": row("CHANGE", "schema", "name"),
  "field.added": row("ADD", "schema", "properties"),
  "object.removed": row("REMOVE", "schema", "schema"),
  "object.added": row("ADD", "schema", "schema"),
  "number.reused": row("CHANGE", "schema", "physicalName"),
  "type.changed": row("CHANGE", "schema", "logicalType"),
  "type.widened": row("CHANGE", "schema", "logicalType"),
  "nullable.tightened": row("CHANGE", "schema", "required"),
  "nullable.loosened": row("CHANGE", "schema", "required"),
  "required.tightened": row("CHANGE", "schema", "required"),
  "required.loosened": row("CHANGE", "schema", "required"),
  "unique.tightened": row("CHANGE", "schema", "unique"),
  "unique.loosened": row("CHANGE", "schema", "unique"),
  "primaryKey.tightened": row("CHANGE", "schema", "primaryKey"),
  "primaryKey.loosened": row("CHANGE", "schema", "primaryKey"),
  "enum.value_removed": row("REMOVE", "schema", "enum"),
  "enum.value_added": row("ADD", "schema", "enum"),
  "constraints.tightened": row("CHANGE", "schema", "logicalTypeOptions"),
  "constraints.loosened": row("CHANGE", "schema", "logicalTypeOptions"),
  "default.changed": row("CHANGE", "schema", "default"),
  "masking.changed": row("CHANGE", "schema", "encryptedName"),
  "examples.changed": row("CHANGE", "schema", "examples"),
  "description.changed": row("CHANGE", "schema", "description"),
  "deprecation.added": row("CHANGE", "schema", "deprecated"),
  "deprecation.removed": row("CHANGE", "schema", "deprecated"),

  "contract.deleted": row("REMOVE", "contract", "contract"),
  "contract.added": row("ADD", "contract", "contract"),
  "contract.unparseable": row("CHANGE", "contract", "contract"),
  "contract.repaired": row("CHANGE", "contract", "contract"),
  "contract.left_governed_path": row("CHANGE", "contract", "contract"),
  "contract.moved": row("CHANGE", "contract", "contract"),
  "contract.not_regular_file": row("CHANGE", "contract", "contract"),

  "server.added": row("ADD", "servers", "servers"),
  "server.removed": row("REMOVE", "servers", "servers"),
  "server.region_changed": row("CHANGE", "servers", "location"),
  "retention.lengthened": row("CHANGE", "slaProperties", "retention"),
  "retention.shortened": row("CHANGE", "slaProperties", "retention"),
  "access.granted": row("ADD", "roles", "roles"),
  "access.widened": row("CHANGE", "roles", "access"),
  "access.revoked": row("REMOVE", "roles", "roles"),
  "access.narrowed": row("CHANGE", "roles", "access"),
  "purpose.changed": row("CHANGE", "description", "purpose"),
  "status.changed": row("CHANGE", "status", "status"),
  "consumer.added": row("ADD", "roles", "consumers"),
  "consumer.removed": row("REMOVE", "roles", "consumers"),
  "quality.removed": row("REMOVE", "schema", "quality"),
  "quality.relaxed": row("CHANGE", "schema", "quality"),
  "quality.tightened": row("ADD", "schema", "quality"),
  "sla.relaxed": row("CHANGE", "slaProperties", "slaProperties"),
  "sla.tightened": row("CHANGE", "slaProperties", "slaProperties"),
  "owner.removed": row("REMOVE", "team", "team"),
  "owner.added": row("ADD", "team", "team"),
  "version.not_bumped_on_break": row("CHANGE", "version", "version"),
  "downstream.untagged": row("CHANGE", "schema", "tags"),
  "upstream.still_tagged": row("CHANGE", "schema", "tags"),
  "copy.untagged": row("CHANGE", "schema", "tags"),
};
