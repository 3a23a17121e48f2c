import type { GovernedFile } from "../engine/contract/finding.ts";
import { decide } from "../engine/decide.ts";
import type { PeopleFacts } from "../engine/facts.ts";
import { enrolled, enrolmentOf } from "../engine/policy/enrolment.ts";
import type { PolicyReading, PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import type { PolicyPreview, ProposalFacts } from "../engine/policy/proposal-facts.ts";
import type { GatherDeps } from "./deps.ts";
import { isPolicyRepository } from "./organisation.ts";
import { asOrigin, type InForce } from "./policy-in-force.ts";
import type { PullTruth, StoredEvaluation } from "./ports.ts";
import { POLICY_FILES, readPolicySources, withFiles } from "./read-policy.ts";

/** Open pull requests that are decided again under a proposed policy. */
const PREVIEWED_MAX = 50;

/** Policy files among the changed governance files. */
export function policyFilesOf(files: readonly GovernedFile[]): readonly string[] {
  return POLICY_FILES.map(({ path }) => path).filter((path) => files.some((file) => file.path === path));
}

/**
 * What the head proposes instead of the version in force. The only place where policy text of a change is read: as data, to be compared
 * and checked. `undefined` = no policy file changes, or nothing here is under the gate.
 */
export async function readProposal(
  deps: GatherDeps,
  pull: PullTruth,
  inForce: InForce,
  governanceFiles: readonly GovernedFile[],
): Promise<ProposalFacts | undefined> {
  const files = policyFilesOf(governanceFiles);
  if (files.length === 0 || inForce.own === null) return undefined;
  const origin = isPolicyRepository(deps.policyRepositories ?? new Map(), pull.repository) ? "org" : "repo";
  const head = await readPolicySources(deps.pulls.content(pull.repository), pull.headSha);
  const proposed = asOrigin(withFiles(inForce.ownSources, files, head), origin);
  return { files, reading: readingFor(pull.repository.name, origin === "org" ? [] : inForce.organisation, proposed), preview: null };
}

/** Which open pull requests would get another verdict: their stored facts, decided again. What contracts say is read as before. */
export async function previewProposal(
  deps: GatherDeps,
  key: string,
  pull: PullTruth,
  proposal: ProposalFacts,
  people: PeopleFacts,
): Promise<PolicyPreview | null> {
  if (proposal.reading.status === "invalid") return null;
  const { repository } = pull;
  const isOrganisations = isPolicyRepository(deps.policyRepositories ?? new Map(), repository);
  const scope = isOrganisations ? { ownerId: repository.ownerId } : { repositoryId: repository.id };
  const open = (await deps.ledger.openEvaluations(scope, PREVIEWED_MAX)).filter(
    (evaluation) => evaluation.key !== key && evaluation.decision.state !== "error",
  );
  const proposed = isOrganisations ? asOrigin(await readPolicySources(deps.pulls.content(repository), pull.headSha), "org") : [];
  const pulls: PolicyPreview["pulls"][number][] = [];
  for (const evaluation of open) {
    const { subject } = evaluation.facts;
    const isOwn = subject.repositoryId === repository.id;
    const reading = isOwn ? proposal.reading : await readingElsewhere(deps, evaluation, repository.ownerId, proposed);
    if (reading === null) continue;
    // A policy that lands takes names as they are then: what the one before meant by them says nothing.
    const { inForce: _pinned, ...then } = evaluation.facts;
    const to = decide({ ...then, policy: reading, people: withTeams(evaluation.facts.people, people) }).state;
    const from = evaluation.decision.state;
    if (from !== to) pulls.push({ pull: `${isOwn ? "" : subject.repository}#${subject.pullRequest}`, from, to });
  }
  return { pulls, looked: open.length };
}

/** Of another repository under the organisation's proposal. */
async function readingElsewhere(
  deps: GatherDeps,
  { facts }: StoredEvaluation,
  ownerId: number,
  organisation: readonly PolicySource[],
): Promise<PolicyReading | null> {
  const { repositoryId, repository } = facts.subject;
  if (repositoryId === null) return null;
  const version = await deps.ledger.policyVersion({ id: repositoryId, ownerId });
  return readingFor(repository.split("/").at(-1)!, organisation, asOrigin(version?.sources ?? [], "repo"));
}

function readingFor(repository: string, organisation: readonly PolicySource[], own: readonly PolicySource[]): PolicyReading {
  const reading = parsePolicySet([...organisation, ...own]);
  if (reading.status === "invalid") return reading;
  const isOrganisations = own.length > 0 && own.every(({ origin }) => origin === "org");
  return enrolled(reading, isOrganisations ? "enforce" : enrolmentOf(reading.set.config.enrolment, repository, own.length > 0));
}

/** A proposed policy may ask teams that were not read for that pull request. They are the same teams. */
function withTeams(stored: PeopleFacts | null, now: PeopleFacts): PeopleFacts | null {
  if (stored === null) return null;
  const teams = [...stored.teams, ...now.teams.filter(({ slug }) => !stored.teams.some((team) => team.slug === slug))];
  const actors = [...stored.actors, ...now.actors.filter(({ id }) => !stored.actors.some((actor) => actor.id === id))];
  return { ...stored, teams, actors };
}
