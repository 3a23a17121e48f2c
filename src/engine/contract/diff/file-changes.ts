import type { Problem } from "../../problem.ts";
import { visible } from "../lookalike.ts";
import type { Contract } from "../model.ts";
import {
  allTags,
  type Change,
  change,
  contractPlace,
  fieldId,
  isTagged,
  type OwnedObject,
  ownedFields,
  type Place,
  taggedFields,
  tagsInForce,
} from "./change.ts";
import type { ChangedPath } from "./sides.ts";

/** Findings on files as such, and the contracts that remain to be compared. */
export interface FileChanges {
  readonly changes: readonly Change[];
  readonly unparseable: readonly Problem[];
  readonly before: readonly Contract[];
  readonly after: readonly Contract[];
  /** Base contracts whose path holds something unreadable now: told once, not again as deleted. */
  readonly told: ReadonlySet<Contract>;
}

export function fileChanges(paths: readonly ChangedPath[]): FileChanges {
  const changes: Change[] = [];
  const unparseable: Problem[] = [];
  const told = new Set<Contract>();
  const after: Contract[] = [];
  for (const changed of paths) {
    const was = changed.before.status === "contract" ? changed.before.contract : null;
    const place = filePlace(changed.path, was);
    switch (changed.after.status) {
      case "irregular":
        changes.push({
          ...change("contract.not_regular_file", place, null, changed.after.because, changed.after.because),
          lost: lostWith(was),
        });
        if (was !== null) told.add(was);
        break;
      case "unparseable": {
        const { problem } = changed.after;
        const at = { ...place, pos: problem.line === null ? null : { line: problem.line, column: 1 } };
        changes.push({ ...change("contract.unparseable", at, null, problem.message, visible(problem.message)), lost: lostWith(was) });
        unparseable.push(problem);
        if (was !== null) told.add(was);
        break;
      }
      case "contract": {
        const { contract } = changed.after;
        if (isBroken(changed)) changes.push(change("contract.repaired", contractPlace(null, contract), null, null));
        else after.push(contract);
        break;
      }
      case "ignored":
      case "absent":
        if (isBroken(changed))
          changes.push(
            change(
              "contract.deleted",
              { ...place, side: "base" },
              null,
              null,
              ": it could not be read before, so nobody can say what it declared",
            ),
          );
    }
  }
  const before = paths.flatMap((path) => (path.before.status === "contract" ? [path.before.contract] : []));
  return { changes, unparseable, before, after, told };
}

/** Unreadable at the base, where it may have been a contract. */
function isBroken({ before, after }: ChangedPath): boolean {
  if (before.status !== "irregular" && before.status !== "unparseable") return false;
  return before.suspect || after.status === "contract";
}

function filePlace(path: string, was: Contract | null): Place {
  return {
    contract: path,
    format: was?.format ?? null,
    object: null,
    field: null,
    file: path,
    pos: null,
    side: "head",
    tagsBefore: was === null ? [] : allTags(was),
    tagsAfter: [],
  };
}

function lostWith(contract: Contract | null): readonly string[] {
  return contract === null ? [] : taggedFields(contract).map(fieldId);
}

/** A contract that is gone: by deletion, by losing its markers, or by leaving the governed paths. */
export function goneContract(contract: Contract, gone: readonly OwnedObject[], pathRemains: boolean, elsewhere: string | null): Change {
  const place = contractPlace(contract, null);
  const lost = gone
    .flatMap(ownedFields)
    .filter((owned) => isTagged(tagsInForce(owned)))
    .map(fieldId);
  if (elsewhere !== null) return { ...change("contract.left_governed_path", place, contract.file, elsewhere), lost };
  return { ...change("contract.deleted", place, contract.key, null, pathRemains ? ": the file no longer reads as a contract" : ""), lost };
}
