import { type Evidence, rest, short, truthAt, type Violation } from "./evidence.ts";
import { changeOf, checkOf, contentOf, rule } from "./judge.ts";
import type { Objects, Pull } from "./world.ts";

const FILE = "contracts/customers.odcs.yaml";

/** I2 and I3. Each landing of governed content has one record, and an approval only if it deserved one. */
export function landings(evidence: Evidence): Violation[] {
  const { past, objects, records } = evidence;
  const found: Violation[] = [];
  const { world } = past.at(-1)!;
  for (const pull of world.pulls) {
    if (pull.merge === null || checkOf(pull.baseRef) === null) continue;
    const { sha } = pull.merge;
    const approvals = records.approvals.filter(({ pullRequest, mergeSha }) => pullRequest === pull.number && mergeSha === sha);
    const incidents = records.incidents.filter(({ pullRequest, mergeSha }) => pullRequest === pull.number && mergeSha === sha);
    const index = past.findIndex(({ world: then }) => then.pulls.some(({ number, merge }) => number === pull.number && merge !== null)) - 1;
    const before = truthAt(evidence, Math.max(0, index));
    const then = before.world.pulls.find(({ number }) => number === pull.number)!;
    const content = contentOf(before, before.world, then);
    const wanted = changeOf(content);
    const landed = landedBy(objects, sha);
    const governs = landed.takes + landed.adds + wanted.takes + wanted.adds > 0;
    const all = approvals.length + incidents.length;
    if (governs && all === 0) found.push(rest(`#${pull.number} landed governed content as ${short(sha)}, and nothing records it`));
    if (all > 1)
      found.push({
        invariant: "I3",
        because: `#${pull.number} has ${approvals.length} approvals and ${incidents.length} incidents`,
        step: null,
      });
    if (approvals.some(({ artifacts }) => artifacts !== 1))
      found.push({ invariant: "I3", because: `#${pull.number}: an approval without its one artifact`, step: null });
    const regular = approvals.some(({ kind }) => kind === "regular");
    const isHead = objects.of(sha).tree[FILE] === content.after;
    if (regular && !isHead && (landed.takes !== wanted.takes || landed.adds !== wanted.adds))
      found.push({ invariant: "I1", because: `#${pull.number} is recorded as approved, and landed something else`, step: null });
    if (regular && neverEarned(evidence, then, index))
      found.push({ invariant: "I1", because: `#${pull.number} is recorded as approved, and nobody had approved it`, step: null });
  }
  return [...found, ...pushes(evidence)];
}

/** By the votes as they stood when it was merged; who was in the team may be older, since GitHub dates no membership. */
function neverEarned(evidence: Evidence, then: Pull, index: number): boolean {
  const truth = truthAt(evidence, Math.max(0, index));
  const teams = new Set(evidence.past.slice(0, index + 1).map(({ world }) => world.team));
  return [...teams].every((team) => rule({ ...truth, world: { ...truth.world, team } }, then) === "fail");
}

function landedBy(objects: Objects, sha: string): { takes: number; adds: number } {
  const { tree, parents } = objects.of(sha);
  return changeOf({ before: objects.of(parents[0]!).tree[FILE]!, after: tree[FILE]! });
}

/** Past every pull request: each such commit of a governed branch is an incident, once. */
function pushes({ past, objects, records }: Evidence): Violation[] {
  const found: Violation[] = [];
  const { world } = past.at(-1)!;
  for (const { ref, sha } of world.pushes) {
    if (checkOf(ref) === null || objects.of(sha).parents.length === 0) continue;
    if (world.pulls.some(({ merge }) => merge?.sha === sha)) continue;
    const { takes, adds } = landedBy(objects, sha);
    const told = records.incidents.filter(({ kind, mergeSha }) => kind === "push" && mergeSha === sha).length;
    if (takes + adds > 0 && told !== 1)
      found.push(rest(`${short(sha)} was pushed to ${ref} past the gate, and ${told} incidents tell of it`));
  }
  return found;
}
