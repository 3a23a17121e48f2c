import type { CliContext } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/run.ts";
import { policyRepositoriesOf } from "../../src/config.ts";
import type { LineageSummary } from "../../src/engine/contract/lineage/model.ts";
import type { SummaryMemory } from "../../src/gate/ports.ts";
import { openLocalRepository } from "../../src/git/local-repository.ts";
import { createCallerReads, submitReview } from "../../src/github/index.ts";
import { generateKey } from "../../src/notary/signing-key.ts";
import { attachGovernance } from "../../src/runtime/index.ts";
import { officialSchemas } from "../../src/sandbox/official-schemas.ts";

/** Remembers within one run only. */
function emptyMemory(): SummaryMemory {
  const known = new Map<string, LineageSummary | null>();
  return {
    get: async (keys) => new Map(keys.flatMap((key) => (known.has(key) ? [[key, known.get(key) ?? null]] : []))),
    put: async (entries) => {
      for (const [key, entry] of entries) known.set(key, entry);
    },
    recall: async () => null,
    keep: async () => {},
  };
}

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line in this process, as main.ts would, with its output captured. `given` stands in for a part of that process. */
export async function countersign(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  given: Partial<CliContext> = {},
): Promise<CliRun> {
  let stdout = "";
  let stderr = "";
  const context: CliContext = {
    openRepository: openLocalRepository,
    openGitHub: async (options) => createCallerReads(options),
    reviewPull: submitReview,
    policyRepositories: async () => policyRepositoriesOf(env["ORG_POLICY_REPOSITORIES"]).pins,
    openSummaries: () => emptyMemory(),
    schemas: officialSchemas,
    serve: async () => 0,
    migrate: async () => 0,
    storage: async () => null,
    openDoctor: async () => {
      throw new Error("no GitHub in this test");
    },
    openServerDoctor: async () => {
      throw new Error("no server in this test");
    },
    openAccess: async () => {
      throw new Error("no database in this test");
    },
    fetchPlan: attachGovernance,
    openAudit: async () => {
      throw new Error("no database in this test");
    },
    generateKey: async () => generateKey(),
    clock: { now: () => new Date("2026-01-01T00:00:00Z") },
    pause: async () => {},
    env,
    cwd,
    stdout: { write: (text) => (stdout += text), isTerminal: false, columns: 100 } as CliContext["stdout"],
    stderr: { write: (text) => (stderr += text), isTerminal: false, columns: 100 } as CliContext["stderr"],
    version: "0.0.0-test",
    ...given,
  };
  const code = await runCli(args, context);
  return { code, stdout, stderr };
}
