import { teamsOf } from "../engine/policy/required-teams.ts";
import { satisfiabilityProblems } from "../engine/policy/satisfiability.ts";
import type { GateDeps } from "./deps.ts";
import { readPins } from "./pin-names.ts";
import { policyInForce } from "./policy-in-force.ts";
import type { RepositoryRef } from "./ports.ts";

/** What the check of one repository came to; for the log. */
export type PolicyCheck =
  | { readonly repository: string; readonly status: "satisfiable" | "not_enrolled" }
  | { readonly repository: string; readonly status: "unsatisfiable" | "invalid"; readonly problems: readonly string[] }
  | { readonly repository: string; readonly status: "unread"; readonly because: string };

/**
 * Whether the policies in force can still be fulfilled: teams lose members, and are renamed, without any pull request. To be run nightly.
 * Also finds policy that was pushed past the gate where no pull request is open. Never rejects for one repository: the others are looked at.
 */
export async function checkPoliciesInForce(deps: GateDeps): Promise<readonly PolicyCheck[]> {
  const checked: PolicyCheck[] = [];
  for (const repository of await deps.ledger.governedRepositories()) {
    const name = `${repository.owner}/${repository.name}`;
    checked.push(
      await checkRepository(deps, repository, name).catch((error: unknown): PolicyCheck => {
        return { repository: name, status: "unread", because: error instanceof Error ? error.message : String(error) };
      }),
    );
  }
  return checked;
}

async function checkRepository(deps: GateDeps, known: RepositoryRef, name: string): Promise<PolicyCheck> {
  const repository = await deps.pulls.repository(known);
  const tip = await deps.pulls.branch(repository, repository.defaultBranch);
  if (tip === null) throw new Error(`no branch ${repository.defaultBranch}`);
  const { reading, own, parts } = await policyInForce(deps, { repository, defaultTip: tip.sha, isNow: true });
  if (own === null) return { repository: name, status: "not_enrolled" };
  if (reading.status === "ok" && !reading.set.enrolled) return { repository: name, status: "not_enrolled" };
  const pins = (await readPins(deps, parts))?.flatMap((part) => part.pins);
  const found =
    reading.status === "invalid"
      ? reading.problems
      : satisfiabilityProblems(reading.set, await deps.pulls.population(repository, teamsOf(reading.set)), pins);
  const problems = found
    .filter(({ severity }) => severity === "error")
    .map(({ file, line, message }) => `${file ?? ""}:${line ?? ""} ${message}`);
  await deps.ledger.recordPolicyProblems(repository, own.seq, problems);
  if (problems.length === 0) return { repository: name, status: "satisfiable" };
  return { repository: name, status: reading.status === "invalid" ? "invalid" : "unsatisfiable", problems };
}
