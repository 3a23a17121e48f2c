import { digest } from "./canonical.ts";
import type { Finding, GovernedFile, TagLoss } from "./contract/finding.ts";
import type { Facts } from "./facts.ts";
import type { Problem } from "./problem.ts";
import type { SideChange } from "./side-facts.ts";

export const UNREADABLE_COMMIT_CODE = "commit.unreadable";

/** The facts with everything that lands beside the change itself: what a commit on the way held, what a layer of a stack does. */
export function withSides(facts: Facts): Facts {
  const sides = facts.sides ?? [];
  if (sides.length === 0) return facts;
  const { diff } = facts;
  const said = new Set(diff.findings.map(({ fingerprint }) => fingerprint));
  const more: Finding[] = [];
  for (const finding of sides.flatMap((side) => [...side.findings, ...unreadable(side)].map((each) => told(each, side)))) {
    if (said.has(finding.fingerprint)) continue;
    said.add(finding.fingerprint);
    more.push(finding);
  }
  return {
    ...facts,
    governanceFiles: onceEach([...facts.governanceFiles, ...sides.flatMap((side) => side.governanceFiles)]),
    diff: {
      ...diff,
      findings: [...diff.findings, ...more],
      files: onceEach([...diff.files, ...sides.flatMap((side) => side.files)]),
      losses: worst([...diff.losses, ...sides.flatMap((side) => side.losses)]),
    },
  };
}

/** A layer has the head of the whole change; a line of an older commit points nowhere in it. */
function told(finding: Finding, side: SideChange): Finding {
  if (side.kind === "layer") return { ...finding, message: `${finding.message} (against the layer below)` };
  if (side.kind === "rebase")
    return {
      ...finding,
      message: `${finding.message} (when rebased, which leaves out the merge ${side.sha.slice(0, 7)})`,
      line: null,
      column: null,
    };
  const message = `${finding.message} (in commit ${side.sha.slice(0, 7)}, changed again later)`;
  return { ...finding, message, line: null, column: null };
}

function unreadable(side: SideChange): readonly Finding[] {
  return side.kind === "layer" ? [] : side.unparseable.map((problem) => unreadableFinding(problem, side.sha));
}

function unreadableFinding({ file, message }: Problem, sha: string): Finding {
  const contract = file ?? "(unknown file)";
  return {
    code: UNREADABLE_COMMIT_CODE,
    severity: "block",
    contract,
    format: null,
    object: null,
    field: null,
    tagsBefore: [],
    tagsAfter: [],
    unknownClasses: [],
    before: null,
    after: null,
    message: `cannot be read: ${message}`,
    file: contract,
    line: null,
    column: null,
    side: "head",
    weight: "loss",
    fingerprint: digest("countersign/finding/v1", [UNREADABLE_COMMIT_CODE, contract, sha]),
  };
}

function onceEach(files: readonly GovernedFile[]): readonly GovernedFile[] {
  return [
    ...new Map(
      files.map((file) => [JSON.stringify([file.path, file.baseMode, file.baseBlob, file.headMode, file.headBlob]), file]),
    ).values(),
  ];
}

/** One row per contract: the same loss seen twice is one loss. */
function worst(losses: readonly TagLoss[]): readonly TagLoss[] {
  const rows = new Map<string, TagLoss>();
  for (const loss of losses) if (loss.lost > (rows.get(loss.contract)?.lost ?? -1)) rows.set(loss.contract, loss);
  return [...rows.values()];
}
