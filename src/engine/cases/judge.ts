import type { Decision, DecisionNode } from "../decision.ts";
import type { PolicyCase } from "./read.ts";

/** One thing that came out differently. */
export interface CaseDifference {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

export interface CaseResult {
  readonly name: string;
  readonly file: string;
  readonly line: number | null;
  /** Empty = the case passes. */
  readonly differences: readonly CaseDifference[];
  /** Lines of the decision's own explanation about what came out differently. */
  readonly because: readonly string[];
  /** Qualified names of the policies that matched. */
  readonly matched: readonly string[];
}

type Part = keyof PolicyCase["expect"];

/** What of a decision answers each expectation, and where its tree tells why. */
const PARTS = {
  matches: { of: ({ policies }, policy) => policies.find(({ name }) => name === policy)?.matched ?? false, nodes: ["policies"] },
  policies: { of: ({ policies }) => policies.filter(({ matched }) => matched).map(({ name }) => shortName(name)), nodes: ["policies"] },
  state: {
    of: ({ state }) => state,
    nodes: ["policy", "policies", "risk", "people", "changes requested", "requirements", "not counted", "contracts", "limits"],
  },
  level: { of: ({ risk }) => risk.level, nodes: ["risk"] },
  requirements: {
    of: ({ requirements }) => Object.fromEntries(requirements.map(({ id, minApprovals }) => [id, minApprovals])),
    nodes: ["policies", "risk", "requirements"],
  },
  refused: { of: refusals, nodes: ["not counted", "requirements"] },
  exitCode: { of: ({ exitCode }) => exitCode, nodes: ["policy", "people", "requirements"] },
} as const satisfies Record<Part, { of: (decision: Decision, policy: string | null) => unknown; nodes: readonly string[] }>;

/** Holds a decision against what a case expects of it. */
export function judgeCase(given: PolicyCase, decision: Decision): CaseResult {
  const failed: { readonly difference: CaseDifference; readonly nodes: readonly string[] }[] = [];
  for (const what of Object.keys(PARTS) as Part[]) {
    const wanted = given.expect[what];
    if (wanted === undefined) continue;
    const { of, nodes } = PARTS[what];
    const expected = told(what === "policies" ? (wanted as readonly string[]).map(shortName) : wanted);
    const actual = told(of(decision, given.policy));
    if (expected !== actual) failed.push({ difference: { what, expected, actual }, nodes });
  }
  const nodes = new Set(failed.flatMap((each) => each.nodes));
  return {
    name: given.name,
    file: given.file,
    line: given.line,
    differences: failed.map(({ difference }) => difference),
    because: decision.tree.children.filter(({ name }) => nodes.has(name)).flatMap((node) => lines(node, "")),
    matched: decision.policies.filter(({ matched }) => matched).map(({ name }) => name),
  };
}

/** Whose approval counts nowhere, and why. */
function refusals({ refused, requirements }: Decision): Readonly<Record<string, string>> {
  const counted = new Set(requirements.flatMap(({ approvals }) => approvals.map(({ user }) => user)));
  const all = [...requirements.flatMap((each) => each.refused), ...refused].filter(({ user }) => !counted.has(user));
  return Object.fromEntries(all.map(({ user, reason }) => [user, reason]));
}

function shortName(name: string): string {
  return name.replace(/^repo\//, "");
}

/** One spelling of a value, whatever the order it was written in. */
function told(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : [...value].sort().join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const rows = Object.entries(value).map(([key, each]) => `${key}: ${String(each)}`);
  return rows.length === 0 ? "none" : rows.sort().join(", ");
}

function lines(node: DecisionNode, indent: string): readonly string[] {
  return [`${indent}${node.name}: ${node.because}`, ...node.children.flatMap((child) => lines(child, `${indent}  `))];
}
