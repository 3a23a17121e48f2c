import { enrolled, enrolmentOf } from "../engine/policy/enrolment.ts";
import type { PolicyOrigin, PolicyReading, PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import type { InForceFacts, VersionFacts } from "../engine/policy/proposal-facts.ts";
import type { Problem } from "../engine/problem.ts";
import { explainDifference } from "./account-for-policy.ts";
import type { GatherDeps } from "./deps.ts";
import { isPolicyRepository, policyRepositoryOf } from "./organisation.ts";
import type { PolicyPart } from "./pin-names.ts";
import type { PolicyVersion, RepositoryRef } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { differingFiles, entriesOf, filesDigest, policyEntries, readPolicySources } from "./read-policy.ts";

/** The policy that decides, and what it is made of. */
export interface InForce {
  readonly reading: PolicyReading;
  readonly facts: InForceFacts;
  readonly commit: string;
  /** null = the organisation leaves this repository out: nothing is recorded of it. */
  readonly own: PolicyVersion | null;
  readonly ownSources: readonly PolicySource[];
  readonly organisation: readonly PolicySource[];
  readonly parts: readonly PolicyPart[];
  /** Files that came to the default branch past the gate where none was ever in force. */
  readonly unapproved: readonly string[];
}

/** A default branch, by its tip. Never a change: there is no way to hand in the head of a pull request. */
export interface Trusted {
  readonly repository: RepositoryRef;
  readonly defaultTip: string;
  /** False: an earlier tip is asked about, so that what it differs in says nothing. */
  readonly isNow: boolean;
}

/**
 * The version in force of the repository with the one of its organisation. Whatever stands at the tip of the default branch: the newest
 * version with our own record decides, and what differs from it without a record is an incident.
 * @throws TruthError when a read fails; an organisation's policy that cannot be read is never none.
 */
export async function policyInForce(deps: GatherDeps, trusted: Trusted): Promise<InForce> {
  const { repository } = trusted;
  const pinned = deps.policyRepositories ?? new Map();
  const isOrganisations = isPolicyRepository(pinned, repository);
  const organisation = isOrganisations ? null : await organisationPolicy(deps, policyRepositoryOf(pinned, repository));
  const theirs = organisation?.sources ?? [];
  const modes = enrolmentOfSources(theirs);
  // Left out by name or pattern: not even looked at, so that it starts afresh when it is taken in.
  if (modes !== null && enrolmentOf(modes, repository.name, true) === "off") return leftOut(theirs, organisation);

  const version = await versionAt(deps, trusted);
  const own = asOrigin(version.sources, isOrganisations ? "org" : "repo");
  const mode = isOrganisations ? ownMode(own) : enrolmentOf(modes ?? {}, repository.name, own.length > 0);
  const reading = enrolled(parsePolicySet([...theirs, ...own]), mode);
  const watch = trusted.isNow ? await watchTip(deps, trusted, version, mode !== "observe") : NOTHING_SEEN;
  const unapproved = own.length === 0 ? watch.foreign : [];
  return {
    reading: unapproved.length > 0 && mode === "off" ? neverApproved(unapproved) : reading,
    facts: {
      repository: factsOf(version),
      organisation: organisation === null ? null : factsOf(organisation.version),
      notices: [...(organisation?.notices ?? []), ...watch.notices, ...wayOut(reading)],
    },
    commit: version.commit,
    own: version,
    ownSources: own,
    organisation: theirs,
    parts: [...(organisation === null ? [] : [organisation]), { repository, version }],
    unapproved,
  };
}

/** The version in force. The first look at a repository takes what is there, and records that it did. */
async function versionAt({ ledger, pulls }: GatherDeps, { repository, defaultTip }: Trusted): Promise<PolicyVersion> {
  const known = await ledger.policyVersion(repository);
  if (known !== null) return known;
  const content = pulls.content(repository);
  const sources = await readPolicySources(content, defaultTip);
  return ledger.appendPolicyVersion({
    repository,
    after: 0,
    commit: defaultTip,
    sources,
    digest: filesDigest(entriesOf(sources)),
    how: "installed",
    evaluationId: null,
    approvalId: null,
    actorId: null,
    wakes: "nobody",
  });
}

interface Watch {
  /** Files whose content at the tip no record explains. */
  readonly foreign: readonly string[];
  readonly notices: readonly Problem[];
}
const NOTHING_SEEN: Watch = { foreign: [], notices: [] };

/** What stands at the tip, held against the version in force. A merge that is only not recorded yet is no incident. */
async function watchTip(deps: GatherDeps, trusted: Trusted, version: PolicyVersion, records: boolean): Promise<Watch> {
  const { repository, defaultTip } = trusted;
  const entries = await policyEntries(deps.pulls.content(repository), defaultTip);
  const foreign = differingFiles(entries, entriesOf(version.sources));
  if (foreign.length === 0) return NOTHING_SEEN;
  const because = await explainDifference(deps, trusted, version, entries);
  if (because === null) return NOTHING_SEEN;
  const digest = filesDigest(entries);
  if (records) await deps.ledger.recordPolicyIncident({ repository, version, commit: defaultTip, digest, because });
  const notices = foreign.map(
    (file): Problem => ({
      code: "E001",
      message: `\`${repository.name}\`: what stands on the default branch is not in force: ${because}; version ${version.seq} decides`,
      file,
      line: null,
      severity: "warning",
      hint: "propose it in a pull request that is approved here, or put back what is in force",
    }),
  );
  return { foreign, notices };
}

interface OrganisationPolicy extends PolicyPart {
  readonly sources: readonly PolicySource[];
  readonly notices: readonly Problem[];
}

async function organisationPolicy(deps: GatherDeps, pinned: RepositoryRef | null): Promise<OrganisationPolicy | null> {
  if (pinned === null) return null;
  const repository = await deps.pulls.repository(pinned).catch((error: unknown): never => {
    if (!(error instanceof TruthError)) throw error;
    const hint = "install the app on the organisation's `.github` repository, or correct ORG_POLICY_REPOSITORIES";
    throw new TruthError("organisation policy", error.kind, `${error.message}; ${hint}`, { cause: error });
  });
  const tip = await deps.pulls.branch(repository, repository.defaultBranch);
  if (tip === null) throw new TruthError("organisation policy", "network", `${repository.name} has no branch ${repository.defaultBranch}`);
  const trusted = { repository, defaultTip: tip.sha, isNow: true };
  const version = await versionAt(deps, trusted);
  const { notices } = await watchTip(deps, trusted, version, true);
  // Named with its place: the repository has files of the same name.
  const sources = asOrigin(version.sources, "org").map((source) => ({
    ...source,
    path: `${repository.owner}/${repository.name}/${source.path}`,
  }));
  return { repository, version, sources, notices };
}

function enrolmentOfSources(sources: readonly PolicySource[]) {
  if (sources.length === 0) return null;
  const reading = parsePolicySet(sources);
  return reading.status === "ok" ? reading.set.config.enrolment : null;
}

/** The organisation's own repository cannot be left out, nor only observed: it governs itself. */
function ownMode(own: readonly PolicySource[]): "enforce" | "off" {
  return own.length > 0 ? "enforce" : "off";
}

function leftOut(theirs: readonly PolicySource[], organisation: OrganisationPolicy | null): InForce {
  return {
    reading: enrolled(parsePolicySet(theirs), "off"),
    facts: { repository: null, organisation: organisation === null ? null : factsOf(organisation.version), notices: [] },
    commit: organisation?.version.commit ?? "",
    own: null,
    ownSources: [],
    organisation: theirs,
    parts: organisation === null ? [] : [organisation],
    unapproved: [],
  };
}

function neverApproved(files: readonly string[]): PolicyReading {
  const problems = files.map(
    (file): Problem => ({
      code: "E001",
      message: "the first policy of this repository came to the default branch without a recorded approval",
      file,
      line: null,
      severity: "error",
      hint: "open a pull request that changes each of these files; an owner approves it, and it is in force when it has landed",
    }),
  );
  return { status: "invalid", problems, digest: "unapproved" };
}

/** An invalid policy judges its own correction too. */
function wayOut(reading: PolicyReading): readonly Problem[] {
  if (reading.status === "ok") return [];
  const message = "the policy in force is invalid, so nobody can approve: its correction lands under an override";
  return [{ code: "E001", message, file: null, line: null, severity: "warning" }];
}

export function asOrigin(sources: readonly PolicySource[], origin: PolicyOrigin): readonly PolicySource[] {
  return sources.map((source) => ({ ...source, origin }));
}

function factsOf({ seq, how, commit }: PolicyVersion): VersionFacts {
  return { seq, how, commit };
}
