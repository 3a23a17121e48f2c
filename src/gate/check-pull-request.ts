import { decide } from "../engine/decide.ts";
import { type Decision, isPassing } from "../engine/decision.ts";
import type { Facts, PublishedCheck } from "../engine/facts.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { checksOf } from "../engine/state.ts";
import type { GatherDeps } from "./deps.ts";
import { faultFacts, gatherFacts } from "./gather-facts.ts";
import type { PolicyRepositories } from "./organisation.ts";
import {
  type CallerReads,
  type Clock,
  type ContractComparer,
  type NewPolicyVersion,
  type PolicyVersion,
  type PublishedRun,
  type PullTruth,
  Refusal,
  type SecondLook,
  TruthError,
} from "./ports.ts";
import { sameMoment, sameReviews } from "./second-look.ts";

export interface PullCheckDeps {
  readonly github: CallerReads;
  readonly clock: Clock;
  readonly comparer: ContractComparer;
  /** Where organisations keep their policy, as the server is told; absent = no organisation's policy is read. */
  readonly policyRepositories?: PolicyRepositories;
}

export interface PullCheck {
  readonly owner: string;
  readonly name: string;
  readonly number: number;
}

/** Policy as the default branch holds it: which version of it is in force, only the app's records say. */
function newestPolicy(version: NewPolicyVersion): PolicyVersion {
  const { repository, after, wakes: _nobody, ...rest } = version;
  return { ...rest, id: "", repositoryId: repository.id, seq: after + 1, at: "" };
}

/** Nobody sent this caller a delivery, and nothing was evaluated before: every vote has to prove itself by what GitHub shows now. */
const NO_RECORDS: GatherDeps["ledger"] = {
  receipts: async () => [],
  contentHistory: async () => [],
  lineageOf: async () => null,
  policyVersion: async () => null,
  appendPolicyVersion: async (version) => newestPolicy(version),
  policyPins: async () => null,
  keepPolicyPins: async () => [],
  recordPolicyIncident: async () => null,
  openEvaluations: async () => [],
  landingOf: async () => "open",
  recentOverrides: async () => 0,
  overrideGrants: async () => [],
  recordGrant: async () => {},
  overdueReviews: async () => [],
  reviewRequests: async () => [],
  foreignChecks: async () => [],
};

/** A pull request that moves while it is read is read again this often. */
const READS_MAX = 3;
/** Names that the app gives its checks unless `check.name` says another. */
const OURS = "countersign: ";

/**
 * Decides an open pull request by the app's rules with what the caller's token can see. Never better than what the app's own check
 * on the same head says, where there is one: the app saw the deliveries and knows the policy version in force.
 * @throws Refusal when there is no such open pull request.
 */
export async function checkPullRequest(
  { github, clock, comparer, policyRepositories = new Map() }: PullCheckDeps,
  { owner, name, number }: PullCheck,
): Promise<{ readonly decision: Decision; readonly facts: Facts }> {
  const where = `${owner}/${name}#${number}`;
  const ref = await github.find(owner, name, number);
  if (ref === null) throw new Refusal("not_found", `no such pull request: ${where}`, "or the token may not see it");
  const pull = await github.pulls.read(ref);
  if (pull.state === "closed")
    throw new Refusal("not_found", `${where} is ${pull.merged ? "merged" : "closed"}: there is nothing to decide`);
  const deps = { pulls: github.pulls, ledger: NO_RECORDS, clock, comparer, policyRepositories };
  const facts = await settledFacts(deps, github, pull).catch((error: unknown) => {
    if (!(error instanceof TruthError)) throw error;
    return faultFacts(clock, pull, [], error);
  });
  return { decision: decide(facts), facts };
}

/** Facts of one moment: before anything passes, head, base, reviews and the app's check are looked at again. */
async function settledFacts(deps: GatherDeps, github: CallerReads, first: PullTruth): Promise<Facts> {
  let pull = first;
  for (let reading = 0; reading < READS_MAX; reading++) {
    const facts = withPublished(
      await gatherFacts(deps, `${pull.repository.id}#${pull.number}`, pull),
      await github.published(pull.repository, pull.headSha),
    );
    if (!isPassing(decide(facts).state)) return facts;
    const now = await github.pulls.lookAgain(pull, facts.people !== null);
    if (sameMoment(now, pull) && (await isUnchanged(github, pull, facts, now))) return facts;
    pull = await github.pulls.read(pull);
  }
  throw new TruthError(`pull request #${first.number}`, "network", `pull request #${first.number} keeps changing while it is read`);
}

async function isUnchanged(github: CallerReads, pull: PullTruth, facts: Facts, now: SecondLook): Promise<boolean> {
  const again = withPublished(facts, await github.published(pull.repository, pull.headSha));
  if (JSON.stringify(again.publishedCheck) !== JSON.stringify(facts.publishedCheck)) return false;
  return facts.people === null || sameReviews(now.reviews ?? [], facts.people.reviews);
}

function withPublished(facts: Facts, runs: readonly PublishedRun[]): Facts {
  // No record, no version: nobody is asked to confirm what was not recorded.
  const { publishedCheck: _earlier, inForce: _unrecorded, ...rest } = facts;
  const names = checksOf(decide(rest), readableSet(facts.policy).config).map((check) => check.name);
  const named = runs.filter((run) => names.includes(run.name));
  const worst = worstOf(named.length > 0 ? named : runs.filter((run) => run.name.startsWith(OURS)));
  return worst === null ? rest : { ...rest, publishedCheck: worst };
}

/** The run that is furthest from a success. */
function worstOf(runs: readonly PublishedRun[]): PublishedCheck | null {
  const rank = ({ conclusion }: PublishedRun): number =>
    conclusion === "success" ? 0 : conclusion === "action_required" || conclusion === null ? 1 : 2;
  const [worst] = [...runs].sort((left, right) => rank(right) - rank(left) || (left.name < right.name ? -1 : 1));
  return worst === undefined ? null : { name: worst.name, conclusion: worst.conclusion, title: worst.title };
}
