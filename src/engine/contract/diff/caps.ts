import type { Problem } from "../../problem.ts";
import { tagKeys } from "../compile.ts";
import type { Contract } from "../model.ts";
import { allTags, type Change, change } from "./change.ts";

/** Above these nobody reads the findings of one contract, and telling them costs more than the change may. */
export const FINDINGS_MAX = 20_000;
const TAGS_TOLD_MAX = 400_000;
/** All contracts of one change together: every policy is asked about every finding, and all of them are kept with the evaluation. */
export const CHANGE_FINDINGS_MAX = 20_000;

export interface Capped {
  readonly changes: readonly Change[];
  readonly unparseable: readonly Problem[];
}

/** A contract with more changes than can be told is refused as a whole: one blocking finding, an invalid decision, no part left out in silence. */
export function capChanges(changes: readonly Change[], before: readonly Contract[]): Capped {
  const unparseable: Problem[] = [];
  let told = 0;
  const kept = [...Map.groupBy(changes, (each) => each.place.contract)].flatMap(([file, own]): readonly Change[] => {
    const because = tooMany(own, told);
    if (because === null) {
      told += countOf(own);
      return own;
    }
    unparseable.push({ code: "E001", message: because, file, line: null, severity: "error", hint: "split the change or the contract" });
    const tags = before.filter((contract) => contract.file === file).flatMap(allTags);
    const place = { ...own[0]!.place, object: null, field: null, pos: null, side: "head", tagsBefore: tags, tagsAfter: [] } as const;
    return [change("contract.unparseable", place, null, because, because)];
  });
  return { changes: kept, unparseable };
}

function countOf(changes: readonly Change[]): number {
  return changes.reduce((total, { stands }) => total + (stands ?? 1), 0);
}

function tooMany(changes: readonly Change[], before: number): string | null {
  const count = countOf(changes);
  if (count > FINDINGS_MAX) return `${count} changes in one contract, at most ${FINDINGS_MAX} can be compared`;
  if (before + count > CHANGE_FINDINGS_MAX) return `more than ${CHANGE_FINDINGS_MAX} changes in all contracts of this change together`;
  const told = changes.reduce((total, { place }) => total + tagKeys(place.tagsBefore).length + tagKeys(place.tagsAfter).length, 0);
  return told > TAGS_TOLD_MAX ? `the changes in one contract name its tags ${told} times, at most ${TAGS_TOLD_MAX}` : null;
}
