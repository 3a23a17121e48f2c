import { readCases } from "../engine/cases/read.ts";
import { outsideWarning } from "../engine/contract/diff.ts";
import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { OfficialSchemas } from "../engine/contract/official/schemas.ts";
import { readContract } from "../engine/contract/read.ts";
import { isUnrecognised } from "../engine/contract/readers/unrecognised.ts";
import { References } from "../engine/contract/references.ts";
import { validateContract } from "../engine/contract/validate.ts";
import { parsePolicySet, readableSet } from "../engine/policy/parse.ts";
import { unmappedRoles } from "../engine/policy/roles.ts";
import { readingRules } from "../engine/policy/words.ts";
import type { Problem } from "../engine/problem.ts";
import { movesSinceCommit } from "./moves-since-commit.ts";
import { type LocalRepository, Refusal, WORKTREE } from "./ports.ts";
import { agentProblems } from "./read-agents.ts";
import { readSide } from "./read-change.ts";
import { readAllDeclared } from "./read-lineage.ts";
import { asText, readPolicySources } from "./read-policy.ts";
import { readReferenced } from "./read-references.ts";

/** Files that nothing governs, read to say which of them are contracts all the same; larger ones are not. */
const ADVISED_FILES_MAX = 1_000;
const ADVISED_BYTES_MAX = 262_144;
const CASES = /^\.choochoo\/[^/]+\.cases\.ya?ml$/;

export interface ValidationResult {
  /** Governed files that were read. */
  readonly files: number;
  /** Problems of policy, its cases, configuration, lineage, AGENTS.md and System Cards: exit code 2. */
  readonly config: readonly Problem[];
  /** Problems of contracts: exit code 1. */
  readonly contracts: readonly Problem[];
}

/** Checks policy files, what stands beside them and every governed contract as they stand in the work tree (a bare repository: at HEAD). `under` limits it to a folder or file. */
export async function validateWorkspace(repository: LocalRepository, schemas: OfficialSchemas, under: string): Promise<ValidationResult> {
  const tree = await repository.resolve(repository.bare ? "HEAD" : WORKTREE);
  const policy = parsePolicySet(await readPolicySources(repository, tree));
  const set = readableSet(policy);
  const { config } = set;
  const all = await repository.changedFiles(null, tree);
  const { governed, unclaimed, problems } = sortChangedFiles(all.files, config.contracts);
  const isUnder = ({ path }: GovernedFile) => under === "" || path === under || path.startsWith(`${under}/`);
  const chosen = governed.filter(isUnder);
  if (under !== "" && chosen.length === 0 && !all.files.some(isUnder)) {
    throw new Refusal("not_found", `no such path in the repository: ${under}`);
  }
  const rules = readingRules(set);
  const files = await readSide(repository, "head", chosen, config.contracts.maxFileBytes);
  const referenced = await readReferenced(repository, tree, files, config.contracts);
  const references = new References([...files, ...referenced]);
  const elsewhere = await readSide(repository, "head", unclaimed.filter(isUnder).slice(0, ADVISED_FILES_MAX), ADVISED_BYTES_MAX);
  return {
    files: files.length,
    config: [
      ...policy.problems,
      ...(await agentProblems(
        repository,
        tree,
        all.files.map(({ path }) => path),
      )),
      ...(await readAllDeclared(repository, all.files, set)).problems,
      ...(await casesProblems(repository, tree, all.files)),
      ...unmappedRoles(
        set.policies.flatMap(({ approvers }) => approvers),
        config.roles,
      ),
    ],
    contracts: [
      ...problems,
      ...(await movesSinceCommit(repository, tree, chosen, set)),
      ...files.flatMap((file) => validateContract(file, rules, references, schemas)),
      ...elsewhere.flatMap((file) => {
        const reading = readContract(file, rules);
        return reading.status === "contract" && !isUnrecognised(reading.contract) ? [outsideWarning(reading.contract)] : [];
      }),
    ],
  };
}

/** What `policy test` would refuse of the cases beside the policies. */
async function casesProblems(repository: LocalRepository, tree: string, files: readonly GovernedFile[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { path } of files.filter((file) => CASES.test(file.path))) {
    const entry = await repository.entryAt(tree, path);
    if (entry === null) continue;
    const { bytes, unreadable } = await repository.readFile({ path, ...entry }, ADVISED_BYTES_MAX);
    problems.push(...readCases({ origin: "repo", kind: "policies", path, ...entry, ...asText(bytes, unreadable) }).problems);
  }
  return problems;
}
