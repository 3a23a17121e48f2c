import type { ContractDiff, Finding } from "../contract/finding.ts";
import { FINDING_CODES } from "../contract/finding-codes.ts";
import { tagKey } from "../contract/vocabulary.ts";
import type { Facts, LineageFacts, PeopleFacts, Review } from "../facts.ts";
import type { PolicyReading } from "../policy/model.ts";
import { readableSet } from "../policy/parse.ts";
import { requiredTeams } from "../policy/required-teams.ts";
import { vocabularyOf } from "../policy/words.ts";
import type { Problem } from "../problem.ts";
import type { RawGiven } from "./schema.ts";

export const CASE_BASE = "0".repeat(40);
export const CASE_HEAD = "1".repeat(40);
const EARLIER = "2".repeat(40);
const PUSHED_AT = "2026-01-01T09:00:00Z";
const APPROVED_AT = "2026-01-01T10:00:00Z";
const AS_OF = "2026-01-01T12:00:00Z";
const DEFAULT_PATH = "contracts/example.odcs.yaml";
const AGENT = "agent[bot]";

/** What a case changes, as the contract engine sees it. */
export interface CaseChange {
  readonly diff: ContractDiff;
  readonly governanceFiles: Facts["governanceFiles"];
  readonly lineage: LineageFacts;
  readonly limits: readonly Problem[];
}

/** A case as facts: what it does not say is the plainest thing that can be true. */
export function caseFacts(given: RawGiven, policy: PolicyReading, change: CaseChange): Facts {
  const writtenBy = given.writtenBy ?? "person";
  const author = writtenBy === "person" ? (given.author ?? "author") : AGENT;
  return {
    schemaVersion: 1,
    asOf: AS_OF,
    subject: {
      repository: "example/case",
      repositoryId: null,
      pullRequest: null,
      title: null,
      baseRef: "main",
      defaultBranch: "main",
      baseProtected: true,
      baseSha: CASE_BASE,
      mergeBase: CASE_BASE,
      headSha: CASE_HEAD,
      environment: given.environment ?? "production",
      author,
      ownerType: "Organization",
    },
    policy,
    policyCommit: CASE_BASE,
    ...change,
    people: namesPeople(given) ? peopleOf(given, author, requiredTeams({ policy })) : null,
    agent: writtenBy === "person" ? null : { id: AGENT, confidence: null, systemCard: false, automation: writtenBy === "automation" },
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    faults: [],
    simulated: true,
  };
}

/** Findings in short, with the severity and weight that their rows of the finding table give them. */
export function shortFindings(given: RawGiven, policy: PolicyReading): readonly Finding[] {
  const vocabulary = vocabularyOf(readableSet(policy));
  return (given.findings ?? []).map(({ code, tags = [], path = DEFAULT_PATH, field = "field" }, index) => {
    const row = FINDING_CODES[code];
    const keys = tags.map((word) => tagKey(vocabulary, word)).sort();
    const tagged = keys.length > 0;
    const weight = tagged ? row.whenTaggedWeight : row.weight;
    const added = row.weight === "added";
    return {
      code,
      severity: tagged ? row.whenTagged : row.severity,
      contract: path,
      format: null,
      object: null,
      field: row.appliesTo === "field" ? field : null,
      tagsBefore: added ? [] : keys,
      tagsAfter: weight === "loss" ? [] : keys,
      unknownClasses: [],
      before: added ? null : (tags[0] ?? null),
      after: added ? (tags[0] ?? null) : null,
      message: code,
      file: path,
      line: null,
      column: null,
      side: "head",
      weight,
      fingerprint: `case:${index}:${code}`,
    };
  });
}

function namesPeople(given: RawGiven): boolean {
  const { teams, owners, approvals, staleApprovals, changesRequested, pushedBy } = given;
  return [teams, owners, approvals, staleApprovals, changesRequested, pushedBy].some((each) => each !== undefined);
}

function peopleOf(given: RawGiven, author: string, required: readonly string[]): PeopleFacts {
  const { approvals = [], staleApprovals = [], changesRequested = [], pushedBy = [], teams = {}, owners = [] } = given;
  const named = [author, ...approvals, ...staleApprovals, ...changesRequested, ...pushedBy, ...owners];
  const logins = [...new Set([...named, ...Object.values(teams).flatMap((members) => members ?? [])])].sort();
  const isBot = given.writtenBy !== undefined && given.writtenBy !== "person";
  const review = (user: string, state: Review["state"], commit: string, id: number): Review => ({
    id,
    user,
    state,
    commitId: commit,
    submittedAt: APPROVED_AT,
    viaApp: null,
    receipt: { commitId: commit, headSha: commit, at: APPROVED_AT },
    dismissedBy: null,
  });
  const votes = [
    ...approvals.map((user) => ({ user, state: "APPROVED" as const, commit: CASE_HEAD })),
    ...staleApprovals.map((user) => ({ user, state: "APPROVED" as const, commit: EARLIER })),
    ...changesRequested.map((user) => ({ user, state: "CHANGES_REQUESTED" as const, commit: CASE_HEAD })),
  ];
  // A team that the case leaves out is there and empty: nobody of it can have approved.
  const slugs = [...new Set([...required, ...Object.keys(teams)])].sort();
  return {
    actors: logins.map((login, index) => ({ id: index + 1, login, type: isBot && login === author ? "Bot" : "User", suspended: false })),
    pushes: [author, ...pushedBy].map((actor, index) => ({ sha: shaOf(index), actor, at: PUSHED_AT, forced: false })).reverse(),
    commits: [author, ...pushedBy].map((login, index) => ({
      sha: shaOf(index),
      parents: [index === pushedBy.length ? CASE_BASE : shaOf(index + 1)],
      author: login,
      committer: login,
      coAuthors: [],
      verified: true,
    })),
    reviews: votes.map(({ user, state, commit }, index) => review(user, state, commit, index + 1)),
    teams: slugs.map((slug, index) => {
      const members = Object.hasOwn(teams, slug) ? teams[slug]! : [];
      return {
        slug,
        id: index + 1,
        readable: members !== null,
        members: (members ?? []).map((user) => ({ user, state: "active", inherited: false })),
      };
    }),
    owners: [...owners],
    permissions: {},
    labels: [],
    comments: [],
    history: { retargets: [], reopened: [], pushHistoryComplete: true },
    contentDigests: { [EARLIER]: "another content" },
  };
}

/** The head, and the pushes before it. */
function shaOf(index: number): string {
  return index === 0 ? CASE_HEAD : index.toString(16).padStart(40, "f");
}
