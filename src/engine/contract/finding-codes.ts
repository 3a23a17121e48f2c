import type { ChangeWeight, Severity } from "./finding.ts";

/** What a sentence is made of. */
interface Told {
  readonly before: string | null;
  readonly after: string | null;
  readonly about: string;
}

/** One row per finding code. Severities depend on structure and tags only, never on policy. */
export interface FindingRule {
  readonly severity: Severity;
  readonly whenTagged: Severity;
  readonly weight: ChangeWeight;
  readonly whenTaggedWeight: ChangeWeight;
  readonly appliesTo: "field" | "scope" | "contract" | "file";
  /** Consumers may stop working: the contract's version should move. */
  readonly breaking: boolean;
  /** In place of a milder severity, where the single change breaks something (`Change.breaks`). */
  readonly whenBreaking?: Severity;
  /** A fragment after the field's name. */
  readonly sentence: (told: Told) => string;
}

const quoted = (text: string | null) => (text === null ? "nothing" : `\`${text}\``);
const fromTo = (what: string) => (c: Told) => `${what} changed from ${quoted(c.before)} to ${quoted(c.after)}`;
/** A name that stays may lead to something else: what was lost behind it is then the news. */
const typeChanged = (c: Told) =>
  `${c.before === c.after ? `what ${quoted(c.after)} declares changed` : `type changed from ${quoted(c.before)} to ${quoted(c.after)}`}${c.about}`;
const said = (sentence: string) => (c: Told) => `${sentence}${c.about}`;

type Cells = readonly [Severity, Severity, ChangeWeight, ChangeWeight];
const row = (
  appliesTo: FindingRule["appliesTo"],
  [severity, whenTagged, weight, whenTaggedWeight]: Cells,
  sentence: FindingRule["sentence"],
  breaking = false,
) => ({ severity, whenTagged, weight, whenTaggedWeight, appliesTo, breaking, sentence }) satisfies FindingRule;

const LOSS: Cells = ["warn", "block", "other", "loss"];
const ALWAYS_LOSS: Cells = ["block", "block", "loss", "loss"];
const BREAK: Cells = ["break", "break", "other", "exposure"];
const BREAK_BLOCK: Cells = ["break", "block", "other", "exposure"];
const WARN_BLOCK: Cells = ["warn", "block", "other", "exposure"];
const WARN: Cells = ["warn", "warn", "other", "other"];
const INFO: Cells = ["info", "info", "other", "other"];
const ADDED: Cells = ["info", "info", "added", "added"];

export const FINDING_CODES = {
  "tag.removed": row("field", LOSS, (c) => `tag ${quoted(c.before)} removed${c.about}`),
  "tag.weakened": row("field", LOSS, (c) => `tag ${quoted(c.before)} weakened to ${quoted(c.after)}${c.about}`),
  "tag.scope_removed": row("scope", LOSS, (c) => `tag ${quoted(c.before)} removed from ${c.about}`),
  "tag.became_opaque": row("field", ALWAYS_LOSS, (c) => `tag ${quoted(c.before)} became ${quoted(c.after)}, which cannot be evaluated`),
  "classification.lowered": row("field", LOSS, (c) => `classification lowered from ${quoted(c.before)} to ${quoted(c.after)}`),
  "tag.changed": row("field", ["warn", "warn", "other", "added"], (c) => `tag changed from ${quoted(c.before)} to ${quoted(c.after)}`),
  "tag.vocabulary_changed": row("contract", ALWAYS_LOSS, (c) =>
    c.after === null
      ? `the definition of ${c.about} removed`
      : `the definition of ${c.about} changed from ${quoted(c.before)} to ${quoted(c.after)}`,
  ),
  "tag.vocabulary_added": row("contract", ADDED, (c) => `definition of ${c.about} added`),
  "tag.origin_changed": row("field", WARN, (c) => `authoritative definitions changed from ${quoted(c.before)} to ${quoted(c.after)}`),
  "tag.added": row("field", ADDED, (c) => `tag ${quoted(c.after)} added`),
  "tag.suspected_missing": row("field", WARN, () => "new field named like personal data carries no tag"),

  "downstream.untagged": row("field", WARN, (c) => `tag ${quoted(c.before)} does not reach ${quoted(c.after)}, which is fed by this field`),
  "upstream.still_tagged": row("field", WARN, (c) => `${quoted(c.after)}, which feeds this field, still carries ${quoted(c.before)}`),
  "copy.untagged": row(
    "field",
    WARN_BLOCK,
    (c) => `tag ${quoted(c.before)} is missing, which ${quoted(c.after)} of the same id carries here`,
  ),

  "field.removed": row("field", ["break", "block", "other", "loss"], said("field removed"), true),
  "field.renamed": row("field", ["break", "block", "other", "loss"], (c) => `renamed from ${quoted(c.before)}${c.about}`, true),
  "field.moved": row("field", ["break", "block", "other", "loss"], (c) => `moved from ${quoted(c.before)}${c.about}`, true),
  "field.added": { ...row("field", ADDED, said("field added")), whenBreaking: "break" },
  "object.removed": row("scope", ["break", "block", "other", "loss"], () => "object without fields removed", true),
  "object.added": row("scope", ADDED, () => "object without fields added"),
  "number.reused": row("field", BREAK_BLOCK, (c) => `number ${quoted(c.after)} ${c.about}`, true),
  "type.changed": row("field", BREAK_BLOCK, typeChanged, true),
  "type.widened": row("field", ["info", "info", "other", "exposure"], (c) => `type widened from ${quoted(c.before)} to ${quoted(c.after)}`),
  "nullable.tightened": row("field", BREAK, () => "may no longer be null", true),
  "nullable.loosened": row("field", WARN_BLOCK, () => "may be null now"),
  "required.tightened": row("field", BREAK, () => "became required", true),
  "required.loosened": row("field", WARN_BLOCK, () => "is no longer required"),
  "unique.tightened": row("field", BREAK, () => "became unique", true),
  "unique.loosened": row("field", WARN_BLOCK, () => "is no longer unique"),
  "primaryKey.tightened": row("field", BREAK, () => "became part of the primary key", true),
  "primaryKey.loosened": row("field", WARN_BLOCK, () => "is no longer part of the primary key"),
  "enum.value_removed": row("field", BREAK, (c) => `enum value ${quoted(c.before)} removed`, true),
  "enum.value_added": row("field", WARN, (c) => `enum value ${quoted(c.after)} added`),
  "constraints.tightened": row(
    "field",
    BREAK,
    (c) => `constraint ${c.about} tightened from ${quoted(c.before)} to ${quoted(c.after)}`,
    true,
  ),
  "constraints.loosened": row("field", INFO, (c) => `constraint ${c.about} loosened from ${quoted(c.before)} to ${quoted(c.after)}`),
  "default.changed": row("field", WARN, fromTo("default")),
  "masking.changed": row("field", WARN_BLOCK, fromTo("masking")),
  "examples.changed": row("field", ["info", "block", "other", "exposure"], () => "examples changed, and examples can hold real data"),
  "description.changed": row("scope", INFO, () => "description changed"),
  "deprecation.added": row("field", INFO, () => "is deprecated now"),
  "deprecation.removed": row("field", INFO, () => "is no longer deprecated"),

  "contract.added": row("contract", ADDED, () => "contract added"),
  "contract.deleted": row("contract", ALWAYS_LOSS, said("contract deleted"), true),
  "contract.unparseable": row("file", ALWAYS_LOSS, (c) => `the contract cannot be read: ${c.about}`),
  "contract.repaired": row(
    "file",
    ["block", "block", "exposure", "exposure"],
    () => "unreadable at the base, readable now: nobody can say what changed",
  ),
  "contract.left_governed_path": row(
    "contract",
    ALWAYS_LOSS,
    (c) => `the contract left the governed paths: it is now at ${quoted(c.after)}`,
    true,
  ),
  "contract.moved": row("contract", INFO, (c) => `came from ${quoted(c.before)}`),
  "contract.not_regular_file": row("file", ALWAYS_LOSS, (c) => `not a regular file: ${c.about}`),

  "server.added": row("contract", WARN_BLOCK, (c) => `server ${c.about}`),
  "server.removed": row("contract", INFO, (c) => `server ${c.about} removed`),
  "server.region_changed": row(
    "contract",
    WARN_BLOCK,
    (c) => `region of server ${c.about} changed from ${quoted(c.before)} to ${quoted(c.after)}`,
  ),
  "retention.lengthened": row("contract", WARN_BLOCK, (c) => `retention lengthened from ${quoted(c.before)} to ${quoted(c.after)}`),
  "retention.shortened": row("contract", INFO, (c) => `retention shortened from ${quoted(c.before)} to ${quoted(c.after)}`),
  "access.granted": row("contract", WARN_BLOCK, (c) => `access granted to role ${c.about}`),
  "access.widened": row("contract", WARN_BLOCK, (c) => `access of role ${c.about} widened from ${quoted(c.before)} to ${quoted(c.after)}`),
  "access.revoked": row("contract", INFO, (c) => `access of role ${c.about} revoked`),
  "access.narrowed": row("contract", INFO, (c) => `access of role ${c.about} narrowed from ${quoted(c.before)} to ${quoted(c.after)}`),
  "purpose.changed": row("contract", WARN_BLOCK, () => "purpose changed"),
  "status.changed": row("contract", WARN, fromTo("status")),
  "consumer.added": row("contract", WARN_BLOCK, (c) => `consumer ${quoted(c.after)} added`),
  "consumer.removed": row("contract", INFO, (c) => `consumer ${quoted(c.before)} removed`),
  "quality.removed": row("scope", WARN, () => "quality rule removed"),
  "quality.relaxed": row("scope", WARN, () => "quality rule changed, and it is not known to be stricter"),
  "quality.tightened": row("scope", INFO, () => "quality rule added"),
  "sla.relaxed": row("contract", WARN, (c) => `service level ${c.about} relaxed from ${quoted(c.before)} to ${quoted(c.after)}`),
  "sla.tightened": row("contract", INFO, (c) => `service level ${c.about} tightened from ${quoted(c.before)} to ${quoted(c.after)}`),
  "owner.removed": row("contract", WARN, (c) => `owner ${quoted(c.before)} removed`),
  "owner.added": row("contract", INFO, (c) => `owner ${quoted(c.after)} added`),
  "version.not_bumped_on_break": row("contract", WARN, (c) => `breaking change without a new version (still ${quoted(c.after)})`),
} as const satisfies Record<string, FindingRule>;

export type FindingCode = keyof typeof FINDING_CODES;

/** It changes nothing that the contract says, and so concerns only who names places. */
export const MOVED = "contract.moved" satisfies FindingCode;

/** Opposites of codes above that have no row of their own, and what tells them instead. A test finds every pair that is neither here nor there. */
export const FINDING_WAIVERS: Readonly<Record<string, string>> = {
  "tag.strengthened": "a stronger class in place of a weaker one is `tag.changed`",
  "tag.scope_added": "a new tag on an object or contract is `tag.added` at that place",
  "tag.became_clear": "a value that can be evaluated again is `tag.changed` or `tag.added`",
  "tag.suspected_present": "a tag that stands there is no suspicion",
  "classification.raised": "a stronger class in place of a weaker one is `tag.changed`",
  "copy.still_tagged": "a copy that carries the tags of the other one is `contract.added`",
  "type.narrowed": "a type that takes fewer values is `type.changed`",
  "contract.entered_governed_path": "what was not governed was not read: `contract.added`",
  "contract.regular_file": "a file that can be read again is `contract.repaired`",
  "quality.added": "a new rule is `quality.tightened`",
  "version.bumped_without_break": "a new version takes nothing from anybody",
};
