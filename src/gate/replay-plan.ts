import type { Subject } from "../engine/facts.ts";
import { environmentOf } from "../engine/policy/environment.ts";
import type { PolicyReading, PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet, readableSet } from "../engine/policy/parse.ts";
import { defaultBranchOf, defaultBranchRevision } from "./default-branch.ts";
import { instantOf } from "./instant.ts";
import { repositoryName } from "./local-facts.ts";
import { type Clock, type CommitListing, type HistoryRange, type HistoryWalk, type LocalRepository, Refusal } from "./ports.ts";
import { readPolicySources, withReplacements } from "./read-policy.ts";

/** What a person asks of `policy simulate`. */
export interface ReplayRequest {
  /** Revision to walk back from; null = the default branch. */
  readonly to: string | null;
  /** Revision whose history is left out. */
  readonly from: string | null;
  /** `180d`, `26w`, or an ISO 8601 date. */
  readonly since: string | null;
  readonly walk: HistoryWalk;
  readonly limit: number | null;
  /** The policy to try, instead of the files at `to`. */
  readonly policy: PolicySource | null;
  readonly config: PolicySource | null;
  /** False: who depends on a changed contract is not looked up. */
  readonly lineage: boolean;
}

/** Everything that decides what a replay gives. */
export interface ReplayPlan {
  readonly request: ReplayRequest;
  readonly repository: string;
  readonly range: HistoryRange;
  readonly listing: CommitListing;
  /** Branch that each commit is judged as a change of. */
  readonly baseRef: string;
  readonly defaultBranch: string;
  readonly policy: PolicyReading;
  /** The policy at `to`, when another one is tried; its verdicts are told beside. */
  readonly atTip: PolicyReading | null;
  readonly asOf: string;
}

/**
 * Finds out what to walk and under which policies.
 * @param since an instant that an earlier part of the same replay started from: `180d` must mean the same days.
 * @throws Refusal for an unknown revision, a bad `since`, a policy that is invalid.
 */
export async function planReplay(
  { repository, clock }: { readonly repository: LocalRepository; readonly clock: Clock },
  request: ReplayRequest,
  since: string | null = null,
): Promise<ReplayPlan> {
  const defaultBranch = await defaultBranchOf(repository, request.to);
  const tip = request.to ?? (await defaultBranchRevision(repository, defaultBranch));
  const range: HistoryRange = {
    to: await repository.resolve(tip),
    from: request.from === null ? null : await repository.resolve(request.from),
    since: since ?? (request.since === null ? null : instantOf(request.since, clock.now())),
    walk: request.walk,
    limit: request.limit,
  };
  const sources = await readPolicySources(repository, range.to);
  const policy = withReplacements(sources, [request.policy, request.config]);
  refuseInvalid(policy);
  const atTip = parsePolicySet(sources);
  return {
    request,
    repository: repositoryName(repository.root),
    range,
    listing: await repository.history.list(range),
    baseRef: governedBranch((await repository.branchName(tip)) ?? defaultBranch, defaultBranch, policy),
    defaultBranch,
    policy,
    atTip: digestOf(atTip) === digestOf(policy) ? null : atTip,
    asOf: clock.now().toISOString(),
  };
}

export function digestOf(reading: PolicyReading): string {
  return reading.status === "ok" ? reading.set.digest : reading.digest;
}

/** Nothing is tried under a policy that means nothing. */
function refuseInvalid(policy: PolicyReading): void {
  if (policy.status === "ok") return;
  const [first, ...more] = policy.problems.filter(({ severity }) => severity === "error");
  const place = first?.file ? `${first.file}${first.line === null ? "" : `:${first.line}`}: ` : "";
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw new Refusal("config", `${place}${first?.message ?? "the policy is invalid"}${others}`, first?.hint ?? null);
}

/** A branch that maps to no environment would be told to need nothing at all: its past is judged as that of the default branch. */
function governedBranch(branch: string, defaultBranch: string, policy: PolicyReading): string {
  const subject: Pick<Subject, "baseRef" | "defaultBranch" | "baseProtected" | "environment"> = {
    baseRef: branch,
    defaultBranch,
    baseProtected: false,
    environment: null,
  };
  return environmentOf(subject as Subject, readableSet(policy).config, []) === null ? defaultBranch : branch;
}
