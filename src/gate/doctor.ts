import { environmentOf } from "../engine/policy/environment.ts";
import type { Config, PolicyReading } from "../engine/policy/model.ts";
import { parsePolicySet, readableSet } from "../engine/policy/parse.ts";
import type { GovernedBranch, ProtectionFacts } from "../engine/protection/facts.ts";
import { judgeProtection, type ProtectionVerdict, protectionExitCode } from "../engine/protection/judge.ts";
import type { Protection, PullRequests, RepositoryRef, RepositoryStanding } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { readPolicySources } from "./read-policy.ts";

export { protectionExitCode };

/** More branches than this are said to be unknown, never taken as covered. */
const BRANCHES_AT_MOST = 50;

export interface DoctorDeps {
  readonly protection: Protection;
  readonly pulls: Pick<PullRequests, "content">;
  /** The policy that decides at that tip of the default branch; absent = the one that stands there. */
  readonly policyAt?: (ref: RepositoryRef, tip: string) => Promise<PolicyReading>;
}

export type Examination =
  | { readonly status: "examined"; readonly verdict: ProtectionVerdict }
  /** Its default branch has neither policy nor configuration. */
  | { readonly status: "not_enrolled" }
  /** Another owner has it now, or it cannot be written to. */
  | { readonly status: "unguarded"; readonly because: string };

/** Whether our check gates every governed branch of the repository. Rejects with TruthError when the repository itself cannot be read. */
export async function examineProtection({ protection, pulls, policyAt }: DoctorDeps, ref: RepositoryRef): Promise<Examination> {
  const truth = await protection.repository(ref);
  const lost = lostBecause(ref, truth);
  if (lost !== null) return { status: "unguarded", because: lost };
  const branches = await protection.branches(ref);
  const trusted = branches.find(({ name }) => name === truth.defaultBranch);
  if (trusted === undefined) throw new TruthError("branches", "network", `the default branch \`${truth.defaultBranch}\` is not listed`);
  const policy = await (policyAt?.(ref, trusted.sha) ?? readPolicySources(pulls.content(ref), trusted.sha).then(parsePolicySet));
  if (policy.status === "ok" && !policy.set.enrolled) return { status: "not_enrolled" };
  const { config } = readableSet(policy);
  const governed = branches.flatMap((branch) => governedAs(branch, truth.defaultBranch, config) ?? []);
  const looked = governed.slice(0, BRANCHES_AT_MOST);
  const facts: ProtectionFacts = {
    repository: `${truth.owner}/${truth.name}`,
    appId: protection.appId,
    branches: await Promise.all(looked.map((branch) => readBranch(protection, ref, branch))),
    rulesets: await protection.rulesets(ref),
    unseen: unseen(governed.length - looked.length),
  };
  return { status: "examined", verdict: judgeProtection(facts) };
}

function lostBecause(ref: RepositoryRef, truth: RepositoryStanding): string | null {
  if (truth.id !== ref.id) return `another repository answers as ${ref.owner}/${ref.name}`;
  if (truth.ownerId !== ref.ownerId) return `it was transferred to ${truth.owner}: what was decided for ${ref.owner} does not follow it`;
  return truth.archived ? "it is archived: no check can be written" : null;
}

function unseen(count: number): ProtectionFacts["unseen"] {
  return count === 0 ? [] : [{ kind: "network", because: `${count} more governed branches were not looked at` }];
}

type Governed = Pick<GovernedBranch, "name" | "pattern" | "check">;

function governedAs(
  branch: { readonly name: string; readonly protected: boolean },
  defaultBranch: string,
  config: Config,
): Governed | null {
  const subject = { ...NO_SUBJECT, baseRef: branch.name, defaultBranch, baseProtected: branch.protected };
  const pattern = environmentOf(subject, config, [])?.pattern;
  if (pattern === undefined) return null;
  return { name: branch.name, pattern, check: config.check.name === "per-pattern" ? `countersign: ${pattern}` : config.check.name };
}

/** Only its base is asked about. */
const NO_SUBJECT = {
  repository: "",
  repositoryId: null,
  pullRequest: null,
  title: null,
  baseSha: "",
  mergeBase: "",
  headSha: "",
  environment: null,
  author: null,
  ownerType: "Organization",
} as const;

async function readBranch(protection: Protection, ref: RepositoryRef, branch: Governed): Promise<GovernedBranch> {
  const [rules, classic] = await Promise.all([protection.rules(ref, branch.name), protection.classic(ref, branch.name)]);
  return { ...branch, rules, classic };
}
