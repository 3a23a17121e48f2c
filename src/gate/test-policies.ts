import { CASE_BASE, CASE_HEAD, type CaseChange, caseFacts, shortFindings } from "../engine/cases/facts.ts";
import { type CaseResult, judgeCase } from "../engine/cases/judge.ts";
import { type PolicyCase, readCases, readInlineCases } from "../engine/cases/read.ts";
import { decide } from "../engine/decide.ts";
import type { PolicyReading, PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet, readableSet } from "../engine/policy/parse.ts";
import type { Problem } from "../engine/problem.ts";
import type { ContractComparer, TypeFinder } from "./ports.ts";
import { EMPTY_DIFF, readChange } from "./read-change.ts";
import { NO_SURROUNDINGS, withLineage } from "./read-lineage.ts";
import { snippetRepository } from "./snippet-repository.ts";

/** One policy file with the cases that stand in it and beside it. */
export interface PolicySuite {
  readonly policies: PolicySource;
  /** `.choochoorc` that holds with it; null = the defaults. */
  readonly config: PolicySource | null;
  /** `<name>.cases.yaml`; null = there is none. */
  readonly cases: PolicySource | null;
}

export interface SuiteResult {
  readonly file: string;
  readonly results: readonly CaseResult[];
  /** Files that cannot be read. Not empty: no case of the suite was run. */
  readonly problems: readonly Problem[];
  /** Policies that match in no case, with their places. */
  readonly untested: readonly { readonly name: string; readonly file: string; readonly line: number }[];
}

/** Runs every case of a suite through the engine as it decides everything else. */
export async function testPolicies(comparer: ContractComparer, suite: PolicySuite): Promise<SuiteResult> {
  const { policies, config, cases } = suite;
  const inline = readInlineCases(policies);
  const beside = cases === null ? { cases: [], config: null, problems: [] } : readCases(cases);
  const own: PolicySource | null =
    beside.config === null || cases === null ? config : { ...cases, kind: "config", text: JSON.stringify(beside.config) };
  const policy = parsePolicySet(own === null ? [policies] : [policies, own]);
  const problems = [...policy.problems.filter(({ severity }) => severity === "error"), ...inline.problems, ...beside.problems];
  if (problems.length > 0) return { file: policies.path, results: [], problems, untested: [] };
  const results: CaseResult[] = [];
  for (const each of [...inline.cases, ...beside.cases]) results.push(await runCase(comparer, policy, each));
  const matched = new Set(results.flatMap((result) => result.matched));
  const untested = readableSet(policy).policies.filter(({ name }) => !matched.has(name));
  return { file: policies.path, results, problems: [], untested: untested.map(({ name, file, line }) => ({ name, file, line })) };
}

async function runCase(comparer: ContractComparer, policy: PolicyReading, each: PolicyCase): Promise<CaseResult> {
  const change = each.given.changes === undefined ? shortChange(each, policy) : await writtenChange(comparer, each, policy);
  return judgeCase(each, decide(caseFacts(each.given, policy, change)));
}

function shortChange({ given }: PolicyCase, policy: PolicyReading): CaseChange {
  const findings = shortFindings(given, policy);
  const files = [...new Set(findings.map(({ file }) => file))].map((path) => ({
    path,
    baseMode: "100644",
    baseBlob: "before",
    headMode: "100644",
    headBlob: "after",
  }));
  const lineage = { known: false, dependents: [] };
  return { diff: { ...EMPTY_DIFF, findings, files }, governanceFiles: [], lineage, limits: [] };
}

/** A written change is all there is: no other file defines a type. */
const NO_OTHER_FILES: TypeFinder = { filesDefining: async () => ({ paths: [], unknown: [] }) };

async function writtenChange(comparer: ContractComparer, { given }: PolicyCase, policy: PolicyReading): Promise<CaseChange> {
  const sides = { base: CASE_BASE, head: CASE_HEAD };
  const snippets = (given.changes ?? []).map(({ path, before, after }) => ({ path, before: before ?? null, after: after ?? null }));
  const repository = snippetRepository(snippets, sides);
  const { diff, governanceFiles, limits } = await readChange({ repository, comparer, types: NO_OTHER_FILES }, sides, readableSet(policy));
  return { ...withLineage(diff, NO_SURROUNDINGS), governanceFiles, limits };
}
