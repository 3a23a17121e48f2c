import { digest } from "../engine/canonical.ts";
import type { Decision } from "../engine/decision.ts";
import { isPassing } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { withSides } from "../engine/side-changes.ts";
import type { DraftSnapshot } from "./ports.ts";

/** The pull request as a draft of its repository's workspace, as this evaluation sees it. null when nothing governed changes. */
export function draftOf(facts: Facts, decision: Decision): DraftSnapshot | null {
  if (decision.environment === null) return null;
  // A policy that cannot be read names no agent and asks for nothing; only a landing under an override must have its record.
  if (facts.policy.status !== "ok" && decision.state !== "overridden") return null;
  const { diff, governanceFiles } = withSides(facts);
  if (diff.files.length === 0 && governanceFiles.length === 0) return null;
  const blockerIds = blockersOf(decision);
  return {
    agent: agentOf(facts),
    environment: decision.environment,
    readyForApproval: blockerIds.length === 0,
    blockerIds,
    advisoryIds: advisoriesOf(decision),
    sourceSnapshotHash: digest("countersign/source-snapshot/v1", {
      files: [...diff.files, ...governanceFiles],
      policy: decision.digests.policy,
      base: decision.base,
      head: decision.head,
    }),
    memory: {
      facts: decision.digests.facts,
      findings: decision.findings.map((finding) => finding.fingerprint),
      requirements: decision.requirements.map((requirement) => requirement.id),
    },
  };
}

/** The workspace's agent: as configured, else the repository's full name. */
export function agentOf(facts: Facts): string {
  return configuredAgent(facts) ?? facts.subject.repository;
}

/** The agent that the policy in force names; null = none. */
export function configuredAgent({ policy }: Facts): string | null {
  return policy.status === "ok" ? (policy.set.config.governance.agent ?? null) : null;
}

/** What stands between this change and its approval. An override clears nothing: its blockers are kept in the forced record. */
export function blockersOf(decision: Decision): string[] {
  const unmet = decision.requirements
    .filter((requirement) => requirement.have < requirement.minApprovals)
    .map((requirement) => `requirement:${requirement.id}`);
  const problems = decision.problems
    .filter((problem) => problem.severity === "error")
    .map((problem) => `problem:${problem.code}:${problem.file ?? ""}:${problem.line ?? ""}`);
  const state = isPassing(decision.state) || unmet.length + problems.length > 0 ? [] : [`state:${decision.state}`];
  return [...new Set([...unmet, ...problems, ...state])].sort();
}

function advisoriesOf(decision: Decision): string[] {
  const breaking = decision.findings.filter((finding) => finding.severity === "break").map((finding) => `finding:${finding.fingerprint}`);
  const warned = decision.policies.filter((policy) => policy.matched && policy.mode === "warn").map((policy) => `policy:${policy.name}`);
  return [...new Set([...breaking, ...warned])].sort();
}
