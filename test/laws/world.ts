import fc from "fast-check";
import type { ContractDiff, Finding } from "../../src/engine/contract/finding.ts";
import type { Facts, PeopleFacts, Review } from "../../src/engine/facts.ts";
import type { PolicyReading, PolicySource } from "../../src/engine/policy/model.ts";
import { parsePolicySet } from "../../src/engine/policy/parse.ts";
import { BEFORE, diff, facts, finding, HEAD, people, source, team } from "../engine/policy/build.ts";

/** Small worlds in which everything that matters happens often: few people, few teams, few commits. */
export const USERS = ["alice", "bob", "carol", "dave", "erin", "ana"] as const;
const user = fc.constantFrom(...USERS);
const minute = fc.integer({ min: 0, max: 59 }).map((at) => `2026-11-21T10:${String(at).padStart(2, "0")}:00Z`);
const sha = fc.constantFrom(HEAD, HEAD, BEFORE);

export const aReview: fc.Arbitrary<Review> = fc
  .record({
    id: fc.integer({ min: 1, max: 1000 }),
    user: fc.option(user, { freq: 12 }),
    state: fc.constantFrom("APPROVED", "APPROVED", "APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"),
    commitId: sha,
    submittedAt: minute,
    viaApp: fc.option(fc.constant(5), { freq: 1, nil: null }).map((app) => (app === 5 ? null : app)),
    received: fc.boolean(),
    dismissedBy: fc.option(user),
    dismissedState: fc.option(fc.constantFrom("APPROVED" as const, "CHANGES_REQUESTED" as const)),
  })
  .map(({ received, ...review }) => ({
    ...review,
    receipt: received ? { commitId: review.commitId, headSha: review.commitId, at: review.submittedAt } : null,
  })) as fc.Arbitrary<Review>;

const TAGS = [[], ["pii"], ["phi"], ["gdpr", "pii"], ["team-a"], ["confidential"]];
export const aFinding: fc.Arbitrary<Finding> = fc
  .record({
    code: fc.constantFrom("tag.removed", "type.changed", "field.added", "description.changed", "type.widened"),
    severity: fc.constantFrom("block" as const, "break" as const, "warn" as const, "info" as const),
    field: fc.constantFrom("a", "b", "c"),
    tagsBefore: fc.constantFrom(...TAGS),
    tagsAfter: fc.constantFrom(...TAGS),
    unknownClasses: fc.constantFrom([], [], ["unknown:blue"]),
    weight: fc.constantFrom("loss" as const, "exposure" as const, "added" as const, "other" as const),
  })
  .map(finding);

export const aDiff: fc.Arbitrary<ContractDiff> = fc
  .record({ findings: fc.array(aFinding, { maxLength: 4 }), lost: fc.constantFrom(0, 0, 0, 3, 12) })
  .map(({ findings, lost }) => diff(findings, { losses: lost === 0 ? [] : [{ contract: "c", taggedAtBase: 12, lost }] }));

const members = fc.uniqueArray(user, { maxLength: 4 });
export const somePeople: fc.Arbitrary<PeopleFacts> = fc
  .record({
    reviews: fc.array(aReview, { maxLength: 5 }),
    teams: fc.tuple(members, members, members),
    /** Whose memberships are of child teams. */
    inherited: fc.uniqueArray(user, { maxLength: 2 }),
    pushers: fc.array(user, { maxLength: 2 }),
    owners: fc.uniqueArray(user, { minLength: 1, maxLength: 2 }),
    strangers: fc.constantFrom(0, 0, 0, 1),
    digested: fc.boolean(),
    labelled: fc.option(user, { freq: 3 }),
  })
  .map(({ reviews, teams: [one, two, three], inherited, pushers, owners, strangers, digested, labelled }) => {
    const usual = people();
    const commit = usual.commits[0]!;
    const at = "2026-11-21T10:58:00Z";
    return people({
      reviews,
      teams: [team("sec-ops", ...one), team("privacy", ...two), team("ciso", ...three)].map((each) => ({
        ...each,
        members: each.members.map((member) => ({ ...member, inherited: inherited.some((login) => login === member.user) })),
      })),
      pushes: [
        ...usual.pushes,
        ...pushers.map((actor, index) => ({ sha: `p${index}`, actor, at: `2026-11-21T10:${10 + index}:00Z`, forced: index > 0 })),
      ],
      commits: [commit, ...Array.from({ length: strangers }, (_, index) => ({ ...commit, sha: `s${index}`, author: null }))],
      owners,
      contentDigests: digested ? { [BEFORE]: "other" } : {},
      labels:
        labelled === null
          ? []
          : [{ name: "governance-override", actor: labelled, at, viaApp: null, removedAt: null, headSha: HEAD, baseRef: "main" }],
      comments: labelled === null ? [] : [{ user: labelled, body: '/countersign override reason="on call"', at, headSha: HEAD }],
    });
  });

const entry = fc.record({ team: fc.constantFrom("sec-ops", "privacy", "ciso"), minApprovals: fc.integer({ min: 1, max: 2 }) });
export const aPolicy = fc.record({
  trigger: fc.oneof(
    fc.record({ tags: fc.constantFrom(["pii"], ["phi", "gdpr"], ["team-a"]) }),
    fc.constant({}),
    fc.record({ findings: fc.constantFrom(["block"], ["break", "warn"]) }),
  ),
  approvers: fc.array(entry, { minLength: 1, maxLength: 2 }),
  mode: fc.constantFrom("enforce", "enforce", "enforce", "warn", "shadow"),
  distinctApprovers: fc.boolean(),
});
export type APolicy = typeof aPolicy extends fc.Arbitrary<infer T> ? T : never;

export function policiesText(policies: readonly APolicy[]): string {
  return JSON.stringify({ policies: policies.map((each, index) => ({ name: `p${index}`, ...each })) });
}

const readings = new Map<string, PolicyReading>();
/** Policy from texts, read once: the laws ask for the same few thousands of times. */
export function reading(sources: readonly PolicySource[]): PolicyReading {
  const key = JSON.stringify(sources);
  const known = readings.get(key) ?? parsePolicySet(sources);
  readings.set(key, known);
  return known;
}

export const somePolicies = fc.array(aPolicy, { maxLength: 3 });
export const aConfig = fc.record({
  teams: fc.constantFrom({}, { designated: ["sec-ops"] }, { designated: ["sec-ops", "privacy"], executive: ["ciso"] }),
  approvals: fc.constantFrom({}, { bindTo: "head" }, { unknownContributors: "block" }),
});

const governed = { path: ".choochoorc", baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" };

export const someFacts: fc.Arbitrary<Facts> = fc
  .record({
    diff: aDiff,
    people: fc.option(somePeople, { freq: 20 }),
    policies: somePolicies,
    config: aConfig,
    baseRef: fc.constantFrom("main", "main", "staging", "develop", "feature"),
    faulty: fc.constantFrom(false, false, false, false, true),
    governance: fc.constantFrom(false, false, false, true),
    agent: fc.constantFrom(null, null, { id: "agent", confidence: 0.5, systemCard: true, automation: false, launchedBy: "alice" }),
  })
  .map(({ diff: change, people: known, policies, config, baseRef, faulty, governance, agent }) =>
    facts(
      {
        diff: change,
        people: known,
        agent,
        policy: reading([source("policies", policiesText(policies)), source("config", JSON.stringify(config))]),
        faults: faulty ? [{ what: "reviews", kind: "network", message: "502" }] : [],
        governanceFiles: governance ? [governed] : [],
      },
      { baseRef, baseProtected: false },
    ),
  );
