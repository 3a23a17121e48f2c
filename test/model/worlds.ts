import type { Finding } from "../../src/engine/contract/finding.ts";
import type { Actor, CommitFact, Facts, LabelFact, PeopleFacts, Push, Review, Team } from "../../src/engine/facts.ts";
import { someEvidence, someTrailers, theAuthor } from "./agent-worlds.ts";
import { type Dice, diceOf } from "./dice.ts";
import { readings } from "./policy-worlds.ts";

/**
 * Small worlds from a seed, thousands in a second: few people, few teams, few minutes, so that everything that matters happens often and
 * together. The same seed and index give the same world on every machine.
 */
export function worldOf(seed: number, index: number): Facts {
  const dice = diceOf(seed, index);
  const { some, one, chance, upTo } = dice;
  const contracts = chance(0.3) ? ["c", "d"] : ["c"];
  const governance = chance(0.1);
  const baseRef = one(["main", "main", "main", "staging", "develop", "release/1", "feature"]);
  const findings = chance(0.08) ? [] : some(1, 4, () => aFinding(dice, one(contracts)));
  return {
    schemaVersion: 1,
    asOf: minute(chance(0.1) ? upTo(60) + 5 : upTo(60) + 60),
    subject: {
      repository: "acme/data",
      repositoryId: 1,
      pullRequest: 7,
      title: "Tidy",
      baseRef,
      defaultBranch: "main",
      baseProtected: chance(0.2),
      baseSha: "base",
      mergeBase: "base",
      headSha: HEAD,
      environment: null,
      author: chance(0.03) ? null : one(["alice", "alice", "alice", "alice", "bob", "bob", "robot", "erin"]),
      ownerType: "Organization",
    },
    policy: one(readings()),
    policyCommit: "base",
    governanceFiles: governance ? some(1, 2, (at) => file([".choochoorc", "AGENTS.md"][at]!)) : [],
    diff: {
      findings,
      files: findings.length === 0 && chance(0.3) ? [] : contracts.map((name) => file(`contracts/${name}.yaml`)),
      losses:
        findings.length > 0 && chance(0.1)
          ? contracts.map((contract) => ({ contract, taggedAtBase: one([3, 12, 40]), lost: one([1, 3, 5, 10]) }))
          : [],
      unparseable: chance(0.02) ? [PROBLEM] : [],
      warnings: chance(0.1) ? [{ ...PROBLEM, severity: "warning" }] : [],
      environments: [],
      contracts: [],
    },
    people: chance(0.03) ? null : somePeople(dice),
    agent: chance(0.06) ? theAuthor(dice) : null,
    ...(chance(0.4) ? { agents: someEvidence(dice) } : {}),
    lineage: { known: chance(0.5), dependents: some(0, 3, (at) => ({ name: `d${at}`, criticality: one([1, 2] as const) })) },
    quality: { known: true, failingRules: one([0, 0, 1]), recentOverrides: one([0, 0, 2]), cardLimitations: one([0, 0, 1]) },
    faults: chance(0.02) ? [{ what: "reviews", kind: "network", message: "502" }] : [],
    limits: chance(0.02) ? [PROBLEM] : [],
    simulated: false,
  };
}

const HEAD = "head";
const BEFORE = "before";
const PROBLEM = { code: "E001", message: "broken", file: "contracts/c.yaml", line: 1, severity: "error" } as const;
const USERS = ["alice", "bob", "carol", "dave", "erin", "ana"];
const TAGS = [[], ["pii"], ["phi"], ["gdpr", "pii"], ["team-a"], ["confidential"], ["internal"], ["public"]];

function minute(at: number): string {
  return new Date(Date.UTC(2026, 10, 21, 10, at)).toISOString();
}

function file(path: string): Facts["governanceFiles"][number] {
  return { path, baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" };
}

function aFinding({ one, chance }: Dice, contract: string): Finding {
  const code = one(["tag.removed", "tag.added", "type.changed", "field.added", "description.changed", "type.widened"]);
  const [field, before, after] = [one(["a", "b"]), one(TAGS), one(TAGS)];
  return {
    code: code as Finding["code"],
    severity: one(["block", "break", "warn", "info"] as const),
    contract,
    format: "odcs",
    object: "o",
    field,
    tagsBefore: before,
    tagsAfter: after,
    unknownClasses: chance(0.08) ? ["unknown:blue"] : [],
    before: null,
    after: null,
    message: code,
    file: `contracts/${contract}.yaml`,
    line: 1,
    column: 1,
    side: "head",
    weight: one(["loss", "exposure", "added", "other"] as const),
    fingerprint: `${code} ${contract} ${field} ${before.join()} ${after.join()}`,
  };
}

function somePeople(dice: Dice): PeopleFacts {
  const { some, one, chance, upTo } = dice;
  const person = (): string => one(USERS);
  const actors: Actor[] = USERS.map((login, at) => ({ id: at + 1, login, type: "User", suspended: chance(0.02) }));
  if (chance(0.6)) actors.push({ id: 50, login: "robot", type: "Bot", suspended: false });
  if (chance(0.03)) actors.push({ id: 60, login: "Bob", type: "User", suspended: false });
  const pushes: Push[] = [
    { sha: HEAD, actor: chance(0.02) ? null : one(["alice", "alice", "alice", "alice", "robot"]), at: minute(upTo(20)), forced: false },
    ...(chance(0.2) ? [{ sha: BEFORE, actor: person(), at: minute(upTo(30)), forced: chance(0.3) }] : []),
  ];
  const commit = (sha: string): CommitFact => ({
    sha,
    parents: ["base"],
    author: chance(0.04) ? null : one(["alice", "alice", "alice", "alice", "alice", "bob", "bob", "nobody", "robot"]),
    committer: chance(0.03) ? one([null, "bob", "nobody"]) : one(["alice", "web-flow", "web-flow"]),
    coAuthors: chance(0.1) ? some(1, 2, () => (chance(0.2) ? null : person())) : [],
    ...(chance(0.5) ? { identities: one([["A <a@x>"], ["A <a@x>", "B <b@x>"]]) } : {}),
    verified: !chance(0.04),
    ...(chance(0.15) ? { trailers: someTrailers(dice) } : {}),
  });
  const member = (user: string): Team["members"][number] => ({ user, state: chance(0.06) ? "pending" : "active", inherited: chance(0.06) });
  const team = (slug: string, id: number): Team => ({
    slug,
    id,
    readable: !chance(0.01),
    members: USERS.filter(() => chance(0.5)).map(member),
  });
  const at = minute(25 + upTo(40));
  const labelled: LabelFact = {
    name: one(["governance-override", "governance-override", "other"]),
    actor: one(["ana", "ana", "alice", "dave", null]),
    at,
    viaApp: chance(0.05) ? 3 : null,
    removedAt: chance(0.05) ? minute(90) : null,
    headSha: one([HEAD, HEAD, HEAD, BEFORE, null]),
    baseRef: one(["main", "main", "main", "staging", null]),
  };
  const isLabelled = chance(0.3);
  return {
    actors,
    pushes,
    commits: [commit(HEAD), ...(chance(0.2) ? [commit("c2")] : [])],
    reviews: some(0, 6, (index) => aReview(dice, index + 1)),
    teams: [team("sec-ops", 10), team("privacy", 11), team("ciso", 12)],
    owners: USERS.filter((login) => login === "ana" || chance(0.1)),
    ...(chance(0.15)
      ? { organisation: USERS.filter(() => chance(0.85)).map((user) => ({ user, state: chance(0.05) ? "pending" : "active" })) }
      : {}),
    permissions: chance(0.2) ? { [person()]: "admin" } : {},
    labels: isLabelled ? [labelled] : [],
    comments: isLabelled
      ? [{ user: one(["ana", "ana", "dave"]), body: '/countersign override reason="on call"', at, headSha: one([HEAD, HEAD, BEFORE]) }]
      : [],
    history: {
      retargets: chance(0.05) ? [{ at: minute(upTo(60)), from: "lax", to: "main" }] : [],
      reopened: chance(0.05) ? [{ at: minute(upTo(60)) }] : [],
      pushHistoryComplete: !chance(0.03),
    },
    contentDigests: chance(0.06) ? { [HEAD]: "another content" } : {},
  };
}

function aReview({ one, chance, upTo }: Dice, id: number): Review {
  const at = minute(5 + upTo(50));
  const commitId = one([HEAD, HEAD, HEAD, HEAD, BEFORE]);
  const receipt = { commitId: chance(0.05) ? BEFORE : commitId, headSha: chance(0.05) ? BEFORE : commitId, at };
  return {
    id,
    user: chance(0.02) ? null : one(USERS),
    state: one([
      "APPROVED",
      "APPROVED",
      "APPROVED",
      "APPROVED",
      "APPROVED",
      "APPROVED",
      "APPROVED",
      "APPROVED",
      "CHANGES_REQUESTED",
      "COMMENTED",
      "DISMISSED",
      "PENDING",
    ] as const),
    commitId,
    submittedAt: at,
    viaApp: chance(0.06) ? one([5, 6]) : null,
    receipt: chance(0.85) ? receipt : null,
    dismissedBy: chance(0.2) ? null : one(USERS),
    dismissedState: one([null, "APPROVED", "APPROVED", "CHANGES_REQUESTED"] as const),
  };
}
