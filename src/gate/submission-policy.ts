import type { PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import { asOrigin } from "./policy-in-force.ts";
import type { Outcome, PushedPolicy, TenantPolicies } from "./ports.ts";
import { entriesOf, filesDigest, POLICY_FILES } from "./read-policy.ts";
import { refused } from "./save-draft-snapshot.ts";
import { blobOf, type PolicyForSubmission } from "./submitted-change.ts";

export interface SubmissionPolicyDeps {
  readonly submissions: TenantPolicies;
  /** Id of the repository that holds the organisation's policy; null = none is pinned. */
  readonly policyRepositoryOf: (tenantId: string) => Promise<number | null>;
}

/** The policy that decides about a submission, and the repository of ours that it is about. */
export interface ChosenPolicy extends PolicyForSubmission {
  /** null = no repository of this tenant that has a policy. */
  readonly repositoryId: number | null;
}

/**
 * The version in force of the tenant's own repository, else what an admin pushed; the organisation's stands over either and can only be
 * tightened. Refused when there is none of them: nothing is decided, and nothing passes, by defaults alone.
 */
export async function policyForSubmission(
  deps: SubmissionPolicyDeps,
  tenantId: string,
  repositoryId: number | null,
): Promise<Outcome<ChosenPolicy>> {
  const organisation = await organisationSources(deps, tenantId);
  const own = repositoryId === null ? null : await deps.submissions.repositoryPolicy(tenantId, repositoryId);
  if (own !== null && own.sources.length > 0) {
    const reading = parsePolicySet([...organisation, ...asOrigin(own.sources, "repo")]);
    return { status: "done", value: { reading, commit: own.commit, repositoryId } };
  }
  const pushed = (await deps.submissions.pushedPolicy(tenantId))?.sources ?? [];
  if (organisation.length + pushed.length === 0) return refused("NO_POLICY", "no policy is in force here, so nothing could be decided");
  const reading = parsePolicySet([...organisation, ...pushed]);
  return { status: "done", value: { reading, commit: own?.commit ?? null, repositoryId: own === null ? null : repositoryId } };
}

export interface PolicyText {
  /** `.choochoorc`; null = the defaults. */
  readonly config: string | null;
  /** `.choochoo/approval-policies.yaml`; null = none. */
  readonly policies: string | null;
}

/** Keeps a further version. Refused when it does not parse, or loosens what the organisation's policy says. */
export async function pushPolicy(
  deps: SubmissionPolicyDeps,
  push: { readonly tenantId: string; readonly actorId: number; readonly after: number; readonly text: PolicyText },
): Promise<Outcome<PushedPolicy>> {
  const { tenantId, actorId, after, text } = push;
  const sources = sourcesOf(text);
  const reading = parsePolicySet([...(await organisationSources(deps, tenantId)), ...sources]);
  if (reading.status === "invalid") {
    const problems = reading.problems.filter(({ severity }) => severity === "error");
    return refused("INVALID_POLICY", `the policy is wrong: ${problems[0]!.message}`, { details: { problems } });
  }
  return deps.submissions.pushPolicy({ tenantId, actorId, after, sources, digest: filesDigest(entriesOf(sources)) });
}

/** What is in force wins over every file that was pushed: it is read as the organisation's own. */
async function organisationSources(deps: SubmissionPolicyDeps, tenantId: string): Promise<readonly PolicySource[]> {
  const home = await deps.policyRepositoryOf(tenantId);
  if (home === null) return [];
  const version = await deps.submissions.repositoryPolicy(tenantId, home);
  return asOrigin(version?.sources ?? [], "org").map((source) => ({ ...source, path: `organisation/${source.path}` }));
}

function sourcesOf(text: PolicyText): PolicySource[] {
  return POLICY_FILES.flatMap(({ kind, path }): PolicySource[] => {
    const content = text[kind];
    return content === null ? [] : [{ origin: "repo", kind, path, mode: "100644", blob: blobOf(content), text: content, unreadable: null }];
  });
}
