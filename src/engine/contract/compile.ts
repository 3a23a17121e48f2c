import { LEVELS, type Level } from "./classes.ts";
import { tagsInForce } from "./diff/change.ts";
import { describeType } from "./diff/type-change.ts";
import type { CompiledContract } from "./finding.ts";
import type { Contract, Tag } from "./model.ts";

/** The form that a runtime needs: objects and fields in name order, with the tags in force on each. */
export function compileContract(contract: Contract): CompiledContract {
  return {
    file: contract.file,
    key: contract.key,
    format: contract.format,
    version: contract.version,
    retention: contract.retention === null ? null : { days: contract.retention.days, raw: contract.retention.raw },
    objects: contract.objects
      .map((object) => ({
        name: object.name,
        tags: tagKeys([...object.tags, ...contract.tags]),
        fields: object.fields
          .map((field) => {
            const tags = tagKeys(tagsInForce({ contract, object, field }));
            return {
              path: field.path.join("."),
              type: describeType(field.type),
              tags,
              classification: classificationOf(tags),
              masking: field.masking,
            };
          })
          .sort((a, b) => (a.path < b.path ? -1 : 1)),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** As declared. What a tag implies is a lower bound only: personal data is "at least public", which nobody should act upon. */
function classificationOf(tags: readonly string[]): Level | null {
  return LEVELS.findLast((level) => tags.includes(level)) ?? null;
}

/** Distinct keys in order. */
export function tagKeys(tags: readonly Tag[]): readonly string[] {
  if (tags.length === 0) return NONE;
  const known = keysOf.get(tags);
  if (known !== undefined) return known;
  const keys = [...new Set(tags.map((tag) => tag.key))].sort();
  keysOf.set(tags, keys);
  return keys;
}

const NONE: readonly string[] = [];

/** Memory of tagKeys: all findings of one place share its list. */
const keysOf = new WeakMap<readonly Tag[], readonly string[]>();
