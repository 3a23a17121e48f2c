import type { GovernedFile } from "./contract/finding.ts";
import { isLineageFinding } from "./contract/lineage/disagreements.ts";
import type { Decision, DecisionNode, NodeStatus, OverrideUse, State } from "./decision.ts";
import { isPassing } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { GroupFacts, GroupPull } from "./merge-group-facts.ts";
import { assertNever, type Problem } from "./problem.ts";

/** What holds a group back, and how the explanation tells it. Every pull request in it must pass, and nothing else may be in it. */
export interface GroupJudgement {
  readonly numbers: readonly number[];
  readonly nodes: readonly DecisionNode[];
  readonly problems: readonly Problem[];
  readonly passing: "not_applicable" | "auto_approved" | "approved" | "overridden";
  /** The override that ends first. */
  readonly override: OverrideUse | null;
}

export function judgeGroup(facts: Facts, group: GroupFacts): GroupJudgement {
  const held = group.pulls.map((pull) => ({ pull, because: heldBack(pull) }));
  const others = group.unattributed.map((sha) => `commit ${sha.slice(0, 7)} changes governed files and belongs to no pull request`);
  const foreign = foreignPaths(facts, group);
  const odd = foreign.length === 0 ? [] : [`the group holds other content than was approved: ${foreign.join(", ")}`];
  const nodes: DecisionNode[] = [
    ...held.map(({ pull, because }) => node(`#${pull.number}`, because === null ? "pass" : statusOf(pull), because ?? pull.verdict)),
    ...[...others, ...odd].map((because) => node("composition", "invalid", because)),
  ];
  if (group.pulls.length === 0 && (facts.diff.files.length > 0 || facts.governanceFiles.length > 0) && others.length === 0)
    nodes.push(node("composition", "invalid", "no pull request of this group could be found"));
  if (nodes.every(({ status }) => status === "pass") && isCarried(facts, group))
    nodes.push(node("override", "overridden", "what cannot be decided here came with an overridden pull request"));
  const states = new Set(group.pulls.map(({ state }) => state));
  const overrides = group.pulls.flatMap(({ override, state }) => (state === "overridden" && override !== null ? [override] : []));
  return {
    numbers: group.pulls.map(({ number }) => number),
    nodes,
    problems: nodes.filter(({ status }) => status !== "pass" && status !== "overridden").map(problemOf),
    passing: (["overridden", "approved", "auto_approved"] as const).find((state) => states.has(state)) ?? "not_applicable",
    override: overrides.sort((left, right) => (left.expiresAt < right.expiresAt ? -1 : 1))[0] ?? null,
  };
}

/** "Merge group of #11, #12: each may land, and nothing else is in it". null = something else than its pull requests decides. */
export function groupVerdict(state: State, { nodes, numbers }: GroupJudgement): string | null {
  const of = `${state === "overridden" ? "OVERRIDE in a merge group" : "Merge group"} of ${numbers.map((number) => `#${number}`).join(", ")}`;
  if (isPassing(state))
    return numbers.length === 0 ? "Merge group: nothing governed is in it" : `${of}: each may land, and nothing else is in it`;
  const first = nodes.find(({ status }) => status !== "pass" && status !== "overridden");
  return first === undefined || state === "error" ? null : `${numbers.length === 0 ? "Merge group" : of}: ${nameOf(first)}`;
}

/** A merge queue waits for nobody: what does not pass has failed. */
export function groupConclusion(decision: Pick<Decision, "state">): "success" | "failure" | null {
  if (decision.state === "error") return null;
  return isPassing(decision.state) ? "success" : "failure";
}

/**
 * The group holds exactly what its pull requests bring, and what is invalid about it is invalid in those that are overridden: an unreadable
 * contract that one of them changes, or the policy, which lets nothing else pass. Of a change that is read in part nobody knows that.
 */
function isCarried({ policy, diff, limits }: Facts, { pulls }: GroupFacts): boolean {
  const isInvalid = policy.status === "invalid" || diff.unparseable.length > 0;
  const overridden = pulls.filter(({ state }) => state === "overridden");
  const theirs = new Set(overridden.flatMap(({ files }) => files).map(({ path }) => path));
  const known = diff.unparseable.every(({ file }) => file !== null && theirs.has(file));
  return isInvalid && limits.length === 0 && known && (policy.status === "ok" || (pulls.length > 0 && overridden.length === pulls.length));
}

function heldBack(pull: GroupPull): string | null {
  if (pull.misplaced !== null) return pull.misplaced;
  return isPassing(pull.state) ? null : `is not approved: ${pull.verdict}`;
}

/** An override in one pull request cures nothing in another, so that status does not exist here. */
function statusOf({ state, misplaced }: GroupPull): NodeStatus {
  if (misplaced !== null) return "invalid";
  switch (state) {
    case "pending_approval":
      return "pending";
    case "rejected":
    case "blocked":
    case "invalid":
    case "error":
      return state;
    case "not_applicable":
    case "auto_approved":
    case "approved":
    case "overridden":
      return "pass";
    default:
      return assertNever(state);
  }
}

type Entry = { readonly mode: string | null; readonly blob: string | null };

/**
 * Governed paths at which the group's tree is not the composition of the approved results. Where the base moved under a change, its
 * blob cannot be foretold: then the findings of the group must be those of its pull requests, no more and no fewer.
 */
export function foreignPaths(facts: Pick<Facts, "diff" | "governanceFiles" | "limits">, group: GroupFacts): readonly string[] {
  const { diff, governanceFiles, limits } = facts;
  const files = [...diff.files, ...governanceFiles];
  const standing = new Map<string, Entry>(group.standing.map(({ path, mode, blob }) => [path, { mode, blob }]));
  const base = new Map<string, Entry>([...standing, ...files.map((file) => [file.path, baseOf(file)] as const)]);
  const head = new Map<string, Entry>([...standing, ...files.map((file) => [file.path, headOf(file)] as const)]);
  const composed = new Map<string, Entry | "merged">();
  for (const file of group.pulls.flatMap((pull) => [...pull.files, ...pull.governanceFiles])) {
    const now = composed.get(file.path) ?? base.get(file.path) ?? ABSENT;
    if (now !== "merged" && same(now, headOf(file))) continue;
    composed.set(file.path, now !== "merged" && same(now, baseOf(file)) ? headOf(file) : "merged");
  }
  const foreign = [...new Set([...head.keys(), ...composed.keys()])].filter((path) => {
    const wanted = composed.get(path) ?? base.get(path) ?? ABSENT;
    return wanted === "merged" || !same(wanted, head.get(path) ?? ABSENT);
  });
  // A policy file has no findings that would tell two of its changes apart.
  const governance = new Set([...governanceFiles, ...group.pulls.flatMap((pull) => pull.governanceFiles)].map(({ path }) => path));
  const tellable = !foreign.some((path) => governance.has(path)) && limits.length === 0 && diff.unparseable.length === 0;
  return foreign.length > 0 && tellable && sameFindings(facts, group) ? [] : foreign.sort();
}

function sameFindings({ diff }: Pick<Facts, "diff">, group: GroupFacts): boolean {
  const own = diff.findings.filter((finding) => !isLineageFinding(finding)).map(({ fingerprint }) => fingerprint);
  const approved = group.pulls.flatMap(({ findings }) => findings);
  const said = (prints: readonly string[]) => [...new Set(prints)].sort().join();
  return said(own) === said(approved);
}

const ABSENT: Entry = { mode: null, blob: null };

function baseOf({ baseMode: mode, baseBlob: blob }: GovernedFile): Entry {
  return { mode, blob };
}

function headOf({ headMode: mode, headBlob: blob }: GovernedFile): Entry {
  return { mode, blob };
}

function same(left: Entry, right: Entry): boolean {
  return left.mode === right.mode && left.blob === right.blob;
}

function problemOf(failed: DecisionNode): Problem {
  return { code: "E008", message: nameOf(failed), file: null, line: null, severity: "error" };
}

function nameOf({ name, because }: DecisionNode): string {
  return name === "composition" ? because : `${name} ${because}`;
}

function node(name: string, status: NodeStatus, because: string): DecisionNode {
  return { name, status, because, children: [] };
}
