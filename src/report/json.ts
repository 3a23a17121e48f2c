import type { Finding } from "../engine/contract/finding.ts";
import type { Decision, DecisionNode } from "../engine/decision.ts";
import { decisionSchema } from "../engine/decision-schema.ts";
import type { Facts } from "../engine/facts.ts";
import type { Problem } from "../engine/problem.ts";
import { escapeInvisible } from "./visible.ts";

/**
 * The machine-readable result, `schemaVersion` 1: keys in a fixed order, risk points in points (the decision holds hundredths).
 * `extra` adds top-level keys after ours (the facts, for `--with-facts`); it cannot replace one.
 */
export function renderJson(decision: Decision, extra: Readonly<Record<string, unknown>> = {}): string {
  const text = JSON.stringify({ ...ours(decision), ...withoutOurs(decision, extra) }, null, 2);
  return `${escapeInvisible(text)}\n`;
}

/** The way back, losslessly: the decision, and the facts when the report holds them. null = this is no report of ours. */
export function parseReport(text: string): { readonly decision: Decision; readonly facts: Facts | null } | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isShallow(value)) return null;
  const parsed = decisionSchema.safeParse(value);
  if (!parsed.success) return null;
  const { facts, risk, ...rest } = parsed.data;
  const factors = risk.factors.map((factor) => ({ ...factor, points: Math.round(factor.points * 100) }));
  return { decision: { ...rest, risk: { ...risk, factors } } as Decision, facts: (facts as Facts | undefined) ?? null };
}

/** Deeper than any decision or its facts; a file may be anything. */
const DEPTH_MAX = 60;

/** False for a value that would exhaust the stack of whoever walks it. Looks without recursion. */
function isShallow(value: unknown): boolean {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.depth > DEPTH_MAX) return false;
    if (typeof next.value !== "object" || next.value === null) continue;
    const depth = next.depth + 1;
    for (const child of Object.values(next.value)) open.push({ value: child, depth });
  }
  return true;
}

function withoutOurs(decision: Decision, extra: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const taken = ours(decision);
  return Object.fromEntries(Object.entries(extra).filter(([key]) => !(key in taken)));
}

function ours(decision: Decision) {
  return {
    schemaVersion: decision.schemaVersion,
    state: decision.state,
    exitCode: decision.exitCode,
    verdict: decision.verdict,
    environment: decision.environment,
    pattern: decision.pattern,
    risk: {
      score: decision.risk.score,
      level: decision.risk.level,
      factors: decision.risk.factors.map(({ id, name, points, because }) => ({ id, name, points: points / 100, because })),
      floors: decision.risk.floors,
    },
    findings: decision.findings.map(finding),
    policies: decision.policies.map(({ name, description, mode, matched, because, findings, slaHours }) => ({
      name,
      description,
      mode,
      matched,
      because,
      findings,
      slaHours,
    })),
    requirements: decision.requirements.map((each) => ({
      id: each.id,
      team: each.team,
      role: each.role,
      users: each.users,
      minApprovals: each.minApprovals,
      have: each.have,
      source: each.source,
      approvals: each.approvals.map(({ user, userId, reviewId, submittedAt }) => ({ user, userId, reviewId, submittedAt })),
      refused: each.refused.map(refused),
      completers: each.completers,
    })),
    refused: decision.refused.map(refused),
    problems: decision.problems.map(problem),
    digests: {
      facts: decision.digests.facts,
      policy: decision.digests.policy,
      findings: decision.digests.findings,
      content: decision.digests.content,
    },
    base: decision.base,
    head: decision.head,
    policyCommit: decision.policyCommit,
    override: override(decision),
    overrideNotes: decision.overrideNotes,
    agent: decision.agent,
    ...(decision.agents === undefined ? {} : { agents: decision.agents.map(agentUse) }),
    simulated: decision.simulated,
    peopleKnown: decision.peopleKnown,
    tree: node(decision.tree),
  };
}

function finding(each: Finding) {
  const { code, severity, contract, format, object, field, tagsBefore, tagsAfter, unknownClasses, before, after, message } = each;
  const { file, line, column, side, weight, fingerprint } = each;
  return {
    ...{ code, severity, contract, format, object, field, tagsBefore, tagsAfter, unknownClasses, before, after, message },
    ...{ file, line, column, side, weight, fingerprint },
  };
}

function refused({ user, reviewId, reason, because }: Decision["refused"][number]) {
  return { user, reviewId, reason, because };
}

function problem({ code, message, file, line, severity, hint }: Problem) {
  return hint === undefined ? { code, message, file, line, severity } : { code, message, file, line, severity, hint };
}

function override({ override: use }: Decision) {
  if (use === null) return null;
  const { by, byId, reason, incident, at, expiresAt, postHocReviewDue, delivery } = use;
  return { by, byId, reason, incident, at, expiresAt, postHocReviewDue, ...(delivery === undefined ? {} : { delivery }) };
}

function node({ name, status, because, children }: DecisionNode): DecisionNode {
  return { name, status, because, children: children.map(node) };
}

function agentUse({ id, registered, status, systemCard, evidence, launchedBy, violations }: NonNullable<Decision["agents"]>[number]) {
  const crossed = violations.map(({ boundary, because }) => ({ boundary, because }));
  return { id, registered, status, systemCard, evidence, launchedBy, violations: crossed };
}
