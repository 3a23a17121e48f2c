import { violationSentence } from "./agents/judge-agents.ts";
import type { Finding } from "./contract/finding.ts";
import type { DecisionNode, NodeStatus, PolicyMatch, Requirement } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { Judgement } from "./judgement.ts";
import { reportProposal, versionWords } from "./policy/proposal.ts";
import { publishedNodes } from "./policy/published.ts";
import { assertNever, type Problem } from "./problem.ts";

/** The explanation, one node a step. The state is a fold of these nodes, so nothing can decide without being shown. */
export function explain(judgement: Judgement): readonly DecisionNode[] {
  const { facts, environment, findings, matches, risk } = judgement;
  const nodes = [...facts.faults.map((fault) => node("facts", "error", `${fault.what}: ${fault.message}`)), policyNode(judgement)];
  if (environment === null) return [...nodes, node("environment", "info", `${facts.subject.baseRef} maps to no environment: not governed`)];
  return [
    ...nodes,
    node("environment", "pass", `${leads(facts)}${facts.subject.baseRef} is ${environment.environment} (${environment.pattern})`),
    ...agentNodes(judgement),
    ...facts.limits.map((problem) => problemNode("limits", problem)),
    ...proposalNodes(judgement),
    ...facts.diff.unparseable.map((problem) => problemNode("contracts", problem)),
    group(
      "changes",
      findings.map(findingNode),
      findings.length === 0 ? "no governed contract changes" : counted(findings.length, "finding", "findings"),
    ),
    group("policies", matches.map(matchNode), `${matches.filter((match) => match.matched).length} of ${matches.length} matched`),
    group(
      "risk",
      [
        ...risk.factors.map((factor) => node(factor.id, "info", `${(factor.points / 100).toFixed(2)} ${factor.name}: ${factor.because}`)),
        ...risk.floors.map((floor) => node("floor", "info", floor)),
      ],
      `${risk.score.toFixed(1)}, ${risk.level}`,
    ),
    ...peopleNodes(judgement),
    ...publishedNodes(facts),
  ];
}

function leads({ subject }: Facts): string {
  if (subject.stack === undefined) return "";
  const through = subject.stack.layers.map(({ number }) => `#${number}`).join(", ");
  return `${subject.stack.baseRef} leads there${through === "" ? "" : ` by ${through}`}: `;
}

function peopleNodes({
  requirements,
  satisfied,
  rejections,
  refused,
  override,
  overrideNotes,
  peopleProblems,
}: Judgement): readonly DecisionNode[] {
  const open = satisfied ? "pass" : "pending";
  const rows = requirements.map(requirementNode);
  return [
    ...peopleProblems.map(({ problem }) => problemNode("people", problem)),
    ...rejections.map((rejection) => node("changes requested", "rejected", `changes requested by ${rejection.because}`)),
    {
      name: "requirements",
      status: open,
      because:
        requirements.length === 0
          ? "no approval is required"
          : `${rows.filter((row) => row.status === "pass").length} of ${rows.length} filled`,
      children: rows,
    },
    ...(refused.length === 0
      ? []
      : [
          group(
            "not counted",
            refused.map((each) => node(each.user, "info", `${each.because} (${each.reason})`)),
            counted(refused.length, "review", "reviews"),
          ),
        ]),
    ...(override === null ? [] : [node("override", "overridden", `${override.by} until ${override.expiresAt}: ${override.reason}`)]),
    ...overrideNotes.map((note) => node("override", "warn", note)),
  ];
}

function proposalNodes({ facts }: Judgement): readonly DecisionNode[] {
  const report = reportProposal(facts);
  if (report === null) return [];
  const { files, loosens, problems } = report;
  const status = problems.some(({ severity }) => severity === "error") ? "invalid" : "info";
  const children = [
    ...loosens.map((because) => node("may loosen", "info", because)),
    ...problems.map((problem) => problemNode("proposed policy", problem)),
  ];
  const because = `${files.join(", ")}: ${loosens.length === 0 ? "only tightens" : "does not provably tighten"}; judged under the policy in force`;
  return [{ name: "proposed policy", status, because, children }];
}

function agentNodes({ agents: { agents, violations, problems } }: Judgement): readonly DecisionNode[] {
  const seen = agents.map(({ id, registration, evidence, launchedBy }) => {
    const standing = registration === null ? "not registered" : `registered, ${registration.status}`;
    const launcher = launchedBy.length === 0 ? "" : `; launched by ${launchedBy.join(", ")}`;
    return node(id, "info", `${standing}: ${evidence.join(", ")}${launcher}`);
  });
  return [
    ...problems.map((problem) => problemNode("agents", problem)),
    ...(seen.length === 0
      ? []
      : [group("agents", seen, `${seen.length === 1 ? "an agent" : `${seen.length} agents`} had a hand in this change`)]),
    ...violations.map((violation) => node("agent boundary", "blocked", violationSentence(violation))),
  ];
}

function policyNode({ facts, config }: Judgement): DecisionNode {
  const { policy, inForce } = facts;
  const versions = [inForce?.organisation, inForce?.repository].flatMap((version) => (version ? [versionWords(version)] : []));
  const told = [
    ...versions.map((words) => node("in force", "info", words)),
    ...[...policy.problems, ...(inForce?.notices ?? [])].map((problem) => problemNode("policy", problem)),
  ];
  if (policy.status === "invalid") {
    const children = told;
    return { name: "policy", status: "invalid", because: policy.problems[0]?.message ?? "the policy could not be read", children };
  }
  const designated = config.teams.designated.length === 0 ? "no designated teams" : `designated: ${config.teams.designated.join(", ")}`;
  return {
    name: "policy",
    status: "pass",
    because: `${counted(policy.set.policies.length, "policy", "policies")}, ${designated}`,
    children: told,
  };
}

function findingNode(finding: Finding): DecisionNode {
  const place = [finding.object, finding.field].filter((part) => part !== null).join(".");
  const line = finding.line === null ? "" : `:${finding.line}`;
  const status: NodeStatus = finding.severity === "info" ? "info" : "warn";
  return node(
    `${finding.file}${line}${place === "" ? "" : ` ${place}`}`,
    status,
    `${finding.message} (${finding.code}, ${finding.severity})`,
  );
}

function matchNode(match: PolicyMatch): DecisionNode {
  const said = `${match.matched ? "matched" : "not matched"}: ${match.because.join(", ")}`;
  if (!match.matched) return node(match.name, "info", said);
  switch (match.mode) {
    case "enforce":
      return node(match.name, "info", said);
    case "warn":
      return node(match.name, "warn", `${said} (warn: shown, never blocks)`);
    case "shadow":
      return node(match.name, "info", `${said} (shadow: recorded only)`);
    default:
      return assertNever(match.mode);
  }
}

function requirementNode(requirement: Requirement): DecisionNode {
  const { id, have, minApprovals, source, approvals, refused, completers, because = [] } = requirement;
  const status: NodeStatus = have >= minApprovals ? "pass" : "pending";
  const next = status === "pending" && completers.length > 0 ? [node("could complete", "info", `one of ${completers.join(", ")}`)] : [];
  return {
    name: id,
    status,
    because: `${have} of ${minApprovals}, for ${source.join(", ")}`,
    children: [
      ...because.map((each) => node("because", "info", each)),
      ...approvals.map((approval) => node(approval.user, "pass", `approved at ${approval.submittedAt}`)),
      ...refused.map((each) => node(each.user, "info", `${each.because} (${each.reason})`)),
      ...next,
    ],
  };
}

function problemNode(name: string, problem: Problem): DecisionNode {
  const line = problem.line === null ? "" : ` line ${problem.line}`;
  const hint = problem.hint === undefined ? "" : `: ${problem.hint}`;
  const place = problem.file === null ? "" : `\`${problem.file}\`${line}: `;
  return node(name, problem.severity === "error" ? "invalid" : "warn", `${place}${problem.message}${hint}`);
}

function counted(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

function group(name: string, children: readonly DecisionNode[], because: string): DecisionNode {
  return { name, status: "info", because, children };
}

function node(name: string, status: NodeStatus, because: string): DecisionNode {
  return { name, status, because, children: [] };
}
