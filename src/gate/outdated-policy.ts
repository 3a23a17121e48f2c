import { canonicalJson } from "../engine/canonical.ts";
import { decide } from "../engine/decide.ts";
import { isPassing } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { environmentOf } from "../engine/policy/environment.ts";
import { environmentFromWord, stricterEnvironment } from "../engine/policy/environment-words.ts";
import type { PolicyReading } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { withPeople } from "./draft-people.ts";
import type { DraftContext, Refused } from "./ports.ts";
import { refused, type StudioDeps } from "./save-draft-snapshot.ts";
import { policyForSubmission, type SubmissionPolicyDeps } from "./submission-policy.ts";

export type OutdatedDeps = Pick<StudioDeps, "electorate"> & SubmissionPolicyDeps;

/**
 * Why a submission that passes under the policy of when it was submitted is not approved under the one in force; null = it is, or that one
 * is the same. Only from the facts that are stored: where the policy in force would have read other files, or read them otherwise, they
 * say nothing about it. Rejects with `TruthError` when people cannot be read.
 */
export async function outdatedPolicy(deps: OutdatedDeps, tenantId: string, context: DraftContext, facts: Facts): Promise<Refused | null> {
  const { draft, workspace } = context;
  const now = await policyForSubmission(deps, tenantId, draft.repositoryId);
  if (now.status === "refused") return now;
  const { reading, commit } = now.value;
  if (digestOf(reading) === digestOf(facts.policy)) return null;
  if (canonicalJson(readBy(reading)) !== canonicalJson(readBy(facts.policy)))
    return outdated("and may read other things in its files than were looked at");
  const environment = environmentUnder(facts, reading);
  if (environment !== workspace.environment)
    return outdated(`and takes it for a change of ${environment}, not of ${workspace.environment}`);
  const asked = { ...facts, policy: reading, policyCommit: commit };
  const decision = decide(await withPeople(deps.electorate, { tenantId, facts: asked, context }));
  return isPassing(decision.state) ? null : outdated(`by which it is ${decision.state}: ${decision.verdict}`);
}

function outdated(because: string): Refused {
  const hint = "submit the same content again with --update: the policy in force decides, and votes that were given stand";
  return refused("NOT_READY", `another policy came in force since it was submitted, ${because}`, { hint });
}

function digestOf(reading: PolicyReading): string {
  return reading.status === "ok" ? reading.set.digest : reading.digest;
}

/** What of a policy says which files are read, and how. */
function readBy(reading: PolicyReading): object {
  const { config, policies } = readableSet(reading);
  const words = policies.filter(({ mode }) => mode === "enforce").flatMap(({ trigger }) => trigger.tags ?? []);
  const { contracts, vocabulary, governance } = config;
  return { contracts, vocabulary, words: [...new Set([...governance.requireApproval, ...words])].sort() };
}

/** What the base maps to now, or what it was submitted as where that is stricter. */
function environmentUnder({ subject }: Facts, reading: PolicyReading): string {
  const asked = environmentFromWord(subject.environment ?? "production");
  const mapped = environmentOf({ ...subject, environment: null }, readableSet(reading).config, [])?.environment;
  return mapped === undefined ? asked : stricterEnvironment(mapped, asked);
}
