import { agentUses, violationProblem } from "./agents/judge-agents.ts";
import { digest } from "./canonical.ts";
import { canonicalFacts } from "./canonical-facts.ts";
import type { Decision } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { type Judgement, judge } from "./judgement.ts";
import { groupVerdict, judgeGroup } from "./merge-group.ts";
import { inForceNotices, reportProposal } from "./policy/proposal.ts";
import { publishedProblems } from "./policy/published.ts";
import { unmappedRoles } from "./policy/roles.ts";
import type { Problem } from "./problem.ts";
import { exitCodeOf, foldStatus, stateOf } from "./state.ts";
import { explain } from "./tree.ts";
import { verdictOf } from "./verdict.ts";

/** What should happen to a change. Pure, total and deterministic: the same facts give the same bytes, whatever the order of what they list. */
export function decide(given: Facts): Decision {
  const facts = canonicalFacts(given);
  const group = facts.group === undefined ? null : judgeGroup(facts, facts.group);
  const judged = judge(facts);
  // Nobody votes on a group: what people must do, they did on its pull requests.
  const judgement: Judgement = group === null ? judged : { ...judged, requirements: [], satisfied: true, peopleProblems: [] };
  const { environment, findings, risk, requirements } = judgement;
  const children = [...explain(judgement), ...(environment === null ? [] : (group?.nodes ?? []))];
  const status = foldStatus(children);
  const state = stateOf(status, group?.passing ?? passingState(judgement));
  const problems = [...problemsOf(judgement), ...(group?.problems ?? [])];
  const blocked = children.filter((node) => node.status === "blocked");
  const ofGroup = environment === null || group === null ? null : groupVerdict(state, group);
  const verdict = ofGroup ?? verdictOf(state, judgement, problems, blocked);
  return {
    schemaVersion: 1,
    state,
    exitCode: exitCodeOf(state, { configuration: isConfiguration(judgement), faults: facts.faults }),
    environment: environment?.environment ?? null,
    pattern: environment?.pattern ?? null,
    verdict,
    tree: { name: "decision", status, because: verdict, children },
    findings,
    risk,
    policies: judgement.matches,
    requirements,
    refused: judgement.refused,
    problems,
    override: state === "overridden" ? (group?.override ?? judgement.override) : null,
    overrideNotes: judgement.overrideNotes,
    agent: judgement.agents.foremost?.id ?? null,
    ...(judgement.agents.agents.length === 0 ? {} : { agents: agentUses(judgement.agents) }),
    ...(facts.group === undefined ? {} : { group: facts.group.pulls.map(({ number }) => number) }),
    base: facts.subject.baseSha,
    head: facts.subject.headSha,
    policyCommit: facts.policyCommit,
    ...aboutPolicy(judgement),
    peopleKnown: facts.people !== null,
    simulated: facts.simulated,
    digests: {
      facts: digest("countersign/facts/v1", facts),
      policy: facts.policy.status === "ok" ? facts.policy.set.digest : facts.policy.digest,
      findings: digest("countersign/findings/v1", [...new Set(findings.map((finding) => finding.fingerprint))].sort()),
      content: judgement.content,
    },
  };
}

/** Which passing state it is, if nothing holds the change back. */
function passingState({ environment, findings, requirements, matches }: Judgement): "not_applicable" | "auto_approved" | "approved" {
  if (environment === null || (findings.length === 0 && requirements.length === 0)) return "not_applicable";
  const asked = requirements.length > 0 || matches.some((match) => match.matched && match.mode === "enforce");
  return asked ? "approved" : "auto_approved";
}

function problemsOf(judgement: Judgement): readonly Problem[] {
  const { facts, peopleProblems, environment, requirements, config, agents } = judgement;
  const { policy, limits, diff } = facts;
  const people = peopleProblems.map(({ problem }) => problem);
  const known = [...policy.problems, ...inForceNotices(facts)];
  if (environment === null) return known;
  return eachOnce([
    ...known,
    ...(reportProposal(facts)?.problems ?? []),
    ...agents.violations.map(violationProblem),
    ...agents.problems,
    ...limits,
    ...diff.unparseable,
    ...people,
    ...publishedProblems(facts),
    ...notesOf(facts),
    ...diff.warnings,
    ...unmappedRoles(requirements, config.roles),
  ]);
}

/** A file that is broken on both sides of a change is broken once. */
function eachOnce(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** A note can only warn, whatever it was stored as. */
function notesOf({ notes }: Facts): readonly Problem[] {
  return (notes ?? []).map((note) => ({ ...note, severity: "warning" }));
}

function aboutPolicy({ facts }: Judgement): Pick<Decision, "inForce" | "proposal"> {
  const { inForce } = facts;
  const proposal = reportProposal(facts);
  return {
    ...(inForce === undefined ? {} : { inForce: { repository: inForce.repository, organisation: inForce.organisation } }),
    ...(proposal === null ? {} : { proposal }),
  };
}

function isConfiguration({ facts, peopleProblems, agents }: Judgement): boolean {
  const broken = [...agents.problems, ...(reportProposal(facts)?.problems ?? [])].some(({ severity }) => severity === "error");
  return broken || facts.policy.status === "invalid" || peopleProblems.some(({ configuration }) => configuration);
}
