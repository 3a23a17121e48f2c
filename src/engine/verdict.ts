import type { Finding } from "./contract/finding.ts";
import type { DecisionNode, Requirement, State } from "./decision.ts";
import type { Judgement } from "./judgement.ts";
import { publishedWords } from "./policy/published.ts";
import { assertNever, type Problem } from "./problem.ts";

/** One line, verdict first: the title of the check and the first line of every surface. Plain text, code in backticks. */
export function verdictOf(state: State, judgement: Judgement, problems: readonly Problem[], blocked: readonly DecisionNode[]): string {
  const { risk, requirements, rejections, environment, facts } = judgement;
  switch (state) {
    case "not_applicable":
      return environment === null ? `Not governed: ${facts.subject.baseRef} maps to no environment` : "No governed contract changes";
    case "auto_approved":
      return `Auto-approved: low risk (${risk.score.toFixed(1)}), no policy applies`;
    case "approved":
      return approved(requirements);
    case "overridden":
      return overridden(judgement);
    case "pending_approval":
      return waiting(judgement);
    case "rejected":
      return `Changes requested by ${rejections.map((rejection) => rejection.because).join(", ")}`;
    case "blocked":
      return `Blocked: ${blocked[0]?.because ?? "an agent crossed its boundary"} (E007)`;
    case "invalid":
      return cannotDecide(problems.find((problem) => problem.severity === "error"));
    case "error":
      return `Cannot decide yet: ${facts.faults.map((fault) => `${fault.what}: ${fault.message}`).join("; ")}`;
    default:
      return assertNever(state);
  }
}

function approved(requirements: readonly Requirement[]): string {
  const named = requirements.flatMap(({ id, team, approvals }) => approvals.map(({ user }) => `${user} (${team ?? id})`));
  return `Approved by ${[...new Set(named)].join(", ")}`;
}

/** "Waiting for sec-ops (0 of 1): a `pii` tag is removed in production" */
function waiting({ requirements, findings, environment, facts }: Judgement): string {
  const open = requirements.filter(({ have, minApprovals }) => have < minApprovals);
  if (open.length === 0 && facts.publishedCheck !== undefined) return `Waiting for the app: ${publishedWords(facts.publishedCheck)}`;
  const teams = open.map(({ team }) => team);
  const whom = open.map(({ id, team, have, minApprovals }) => {
    const alone = team !== null && teams.indexOf(team) === teams.lastIndexOf(team);
    return `${alone ? team : id} (${have} of ${minApprovals})`;
  });
  return `Waiting for ${whom.join(" and ")}: ${headline(findings)} in ${environment?.environment ?? "production"}`;
}

function cannotDecide(problem: Problem | undefined): string {
  if (problem === undefined) return "Cannot decide";
  const hint = problem.hint === undefined ? "" : `: ${problem.hint}`;
  if (problem.message.startsWith("Cannot read team")) return `${problem.message}${hint}`;
  const line = problem.line === null ? "" : ` line ${problem.line}`;
  return `Cannot decide: ${problem.file === null ? "" : `\`${problem.file}\`${line}: `}${problem.message}${hint}`;
}

function overridden({ override, facts }: Judgement): string {
  if (override === null) return "OVERRIDE";
  const sameDay = override.expiresAt.slice(0, 10) === facts.asOf.slice(0, 10);
  const until = `${sameDay ? "" : `${day(override.expiresAt)} `}${override.expiresAt.slice(11, 16)} UTC`;
  const incident = override.incident === null ? "" : ` (${override.incident})`;
  return `OVERRIDE by ${override.by} until ${until}: ${override.reason}${incident}; post-hoc review due ${day(override.postHocReviewDue)}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "Nov 25" of an ISO instant in UTC. */
function day(instant: string): string {
  return `${MONTHS[Number(instant.slice(5, 7)) - 1] ?? "?"} ${Number(instant.slice(8, 10))}`;
}

const SEVERITY_RANK = ["block", "break", "warn", "info"];

/** The worst change, in words, a lost tag or class before all else that is as severe: "a `pii` tag is removed". */
export function headline(findings: readonly Finding[]): string {
  const [worst, ...rest] = [...findings].sort(
    (left, right) =>
      SEVERITY_RANK.indexOf(left.severity) - SEVERITY_RANK.indexOf(right.severity) ||
      Number(losesTag(right)) - Number(losesTag(left)) ||
      right.tagsBefore.length - left.tagsBefore.length,
  );
  if (worst === undefined) return "a change";
  const more = rest.length === 0 ? "" : ` (and ${rest.length} more ${rest.length === 1 ? "change" : "changes"})`;
  return `${phrase(worst)}${more}`;
}

function losesTag({ code, weight }: Finding): boolean {
  return weight === "loss" && /^(tag|classification)\./.test(code);
}

function phrase(finding: Finding): string {
  const lost = finding.tagsBefore.filter((tag) => !finding.tagsAfter.includes(tag));
  if (finding.code === "tag.removed" && lost.length === 1) return `a \`${lost[0]}\` tag is removed`;
  if (finding.code === "tag.removed" && lost.length > 1) return `tags \`${lost.join("`, `")}\` are removed`;
  if (finding.code === "field.removed" && finding.tagsBefore.length > 0) return `a \`${finding.tagsBefore.join("`, `")}\` field is removed`;
  const place = [finding.object, finding.field].filter((part) => part !== null).join(".") || finding.contract;
  return `${place}: ${finding.message}`;
}
