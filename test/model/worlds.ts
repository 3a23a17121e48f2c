import type { Finding } from "../../src/engine/contract/finding.ts";
import type { Actor, AgentFacts, CommitFact, Facts, LabelFact, PeopleFacts, Push, Review, Team } from "../../src/engine/facts.ts";
import type { PolicyReading } from "../../src/engine/policy/model.ts";
import { parsePolicySet } from "../../src/engine/policy/parse.ts";

/**
 * Small worlds from a seed, thousands in a second: few people, few teams, few minutes, so that everything that matters happens often and
 * together. The same seed and index give the same world on every machine.
 */
export function worldOf(seed: number, index: number): Facts {
  const dice = diceOf(seed, index);
  const { some, one, chance, upTo } = dice;
  const governance = chance(0.1);
  const baseRef = one(["main", "main", "main", "staging", "develop", "release/1", "feature"]);
  const findings = chance(0.08) ? [] : some(1, 4, () => aFinding(dice));
  return {
    schemaVersion: 1,
    asOf: minute(upTo(60) + 60),
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
      author: chance(0.03) ? null : one(["alice", "alice", "alice", "bob", "robot"]),
      ownerType: "Organization",
    },
    policy: one(readings()),
    policyCommit: "base",
    governanceFiles: governance ? [{ path: ".choochoorc", baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" }] : [],
    diff: {
      findings,
      files: [{ path: "contracts/c.yaml", baseMode: "100644", baseBlob: "aa", headMode: "100644", headBlob: "bb" }],
      losses: findings.length > 0 && chance(0.1) ? [{ contract: "c", taggedAtBase: one([3, 12, 40]), lost: one([1, 3, 10]) }] : [],
      unparseable: chance(0.02) ? [PROBLEM] : [],
      warnings: chance(0.1) ? [{ ...PROBLEM, severity: "warning" }] : [],
      environments: [],
      contracts: [],
    },
    people: chance(0.03) ? null : somePeople(dice),
    agent: chance(0.15) ? anAgent(dice) : null,
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

interface Dice {
  /** An integer from 0 up to, and without, `below`. */
  readonly upTo: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly one: <T>(items: readonly T[]) => T;
  readonly some: <T>(least: number, most: number, make: (index: number) => T) => T[];
}

/** Mulberry32: good enough to choose worlds, and nothing is chosen with it but those. */
function diceOf(seed: number, index: number): Dice {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const upTo = (below: number): number => Math.floor(next() * below);
  return {
    upTo,
    chance: (probability) => next() < probability,
    one: (items) => items[upTo(items.length)]!,
    some: (least, most, make) => Array.from({ length: least + upTo(most - least + 1) }, (_, at) => make(at)),
  };
}

function minute(at: number): string {
  return new Date(Date.UTC(2026, 10, 21, 10, at)).toISOString();
}

function aFinding({ one, chance }: Dice): Finding {
  const code = one(["tag.removed", "type.changed", "field.added", "description.changed", "type.widened"]);
  const [field, before, after] = [one(["a", "b"]), one(TAGS), one(TAGS)];
  return {
    code: code as Finding["code"],
    severity: one(["block", "break", "warn", "info"] as const),
    contract: "c",
    format: "odcs",
    object: "o",
    field,
    tagsBefore: before,
    tagsAfter: after,
    unknownClasses: chance(0.08) ? ["unknown:blue"] : [],
    before: null,
    after: null,
    message: code,
    file: "contracts/c.yaml",
    line: 1,
    column: 1,
    side: "head",
    weight: one(["loss", "exposure", "added", "other"] as const),
    fingerprint: `${code} ${field} ${before.join()} ${after.join()}`,
  };
}

function anAgent({ one, chance }: Dice): AgentFacts {
  return {
    id: "robot",
    confidence: one([null, 0, 0.25, 0.5, 0.905, 1]),
    systemCard: chance(0.5),
    automation: chance(0.2),
    launchedBy: one([null, "alice", "bob", "nobody"]),
  };
}

function somePeople(dice: Dice): PeopleFacts {
  const { some, one, chance, upTo } = dice;
  const person = (): string => one(USERS);
  const actors: Actor[] = USERS.map((login, at) => ({ id: at + 1, login, type: "User", suspended: chance(0.02) }));
  if (chance(0.3)) actors.push({ id: 50, login: "robot", type: "Bot", suspended: false });
  if (chance(0.03)) actors.push({ id: 60, login: "Bob", type: "User", suspended: false });
  const pushes: Push[] = [
    { sha: HEAD, actor: chance(0.02) ? null : "alice", at: minute(upTo(20)), forced: false },
    ...(chance(0.2) ? [{ sha: BEFORE, actor: person(), at: minute(upTo(30)), forced: chance(0.3) }] : []),
  ];
  const commit = (sha: string): CommitFact => ({
    sha,
    parents: ["base"],
    author: chance(0.04) ? null : one(["alice", "alice", "alice", "bob", "nobody"]),
    committer: one(["alice", "web-flow", "web-flow"]),
    coAuthors: chance(0.1) ? [person()] : [],
    verified: !chance(0.04),
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
  const isLabelled = chance(0.2);
  return {
    actors,
    pushes,
    commits: [commit(HEAD), ...(chance(0.2) ? [commit("c2")] : [])],
    reviews: some(0, 6, (index) => aReview(dice, index + 1)),
    teams: [team("sec-ops", 10), team("privacy", 11), team("ciso", 12)],
    owners: USERS.filter((login) => login === "ana" || chance(0.1)),
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
    viaApp: chance(0.03) ? 5 : null,
    receipt: chance(0.85) ? receipt : null,
    dismissedBy: chance(0.2) ? null : one(USERS),
    dismissedState: one([null, "APPROVED", "APPROVED", "CHANGES_REQUESTED"] as const),
  };
}

let known: readonly PolicyReading[] | null = null;

/** 400 policy files with their configuration, read once. */
function readings(): readonly PolicyReading[] {
  known ??= Array.from({ length: 400 }, (_, index) => aReading(diceOf(20_261_121, index)));
  return known;
}

function aReading({ one, some, chance }: Dice): PolicyReading {
  const triggers = [
    { tags: ["pii"] },
    { tags: ["phi", "gdpr"] },
    { tags: ["pii"], env: ["production"] },
    {},
    { env: ["staging"] },
    { findings: ["block"] },
    { findings: ["break", "tag.removed"], ignore: [] },
    { agents: true },
  ];
  const policies = some(0, 3, (at) => ({
    name: `p${at}`,
    trigger: one<object>(triggers),
    approvers: some(1, 2, () => ({ team: one(["sec-ops", "privacy", "ciso"]), minApprovals: one([1, 1, 2]) })),
    mode: one(["enforce", "enforce", "enforce", "warn", "shadow"]),
    distinctApprovers: !chance(0.15),
  }));
  const config = {
    teams: one<object>([
      {},
      { designated: ["sec-ops"] },
      { designated: ["sec-ops", "privacy"], executive: ["ciso"] },
      { executive: ["ciso"] },
    ]),
    approvals: one<object>([{}, {}, { bindTo: "head" }, { unknownContributors: "block" }, { includeChildTeams: true }]),
  };
  const file = { origin: "repo", mode: "100644", blob: "b", unreadable: null } as const;
  return parsePolicySet([
    { ...file, kind: "config", path: ".choochoorc", text: JSON.stringify(config) },
    { ...file, kind: "policies", path: ".choochoo/approval-policies.yaml", text: JSON.stringify({ policies }) },
  ]);
}
