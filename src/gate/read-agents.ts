import { type AgentEvidence, type AgentRegistry, type CommitMark, NO_REGISTRY, type TraceMark } from "../engine/agents/model.ts";
import { AGENT_FILES, type AgentSource, cardPaths, readAgentRegistry } from "../engine/agents/registry.ts";
import { outsideScopes } from "../engine/agents/scopes.ts";
import { readSystemCard } from "../engine/agents/system-card.ts";
import { TRACE_FILES, tracedFiles } from "../engine/agents/traces.ts";
import type { GovernedFile } from "../engine/contract/finding.ts";
import type { Problem } from "../engine/problem.ts";
import type { Repository } from "./ports.ts";
import type { ChangeReading } from "./read-change.ts";
import { asText } from "./read-policy.ts";

/** Over this a file about agents is invalid. */
const AGENT_BYTES_MAX = 1_048_576;
const CARD_FOLDER = /^(\.choochoo\/|agents\/)?system-cards\/[^/]+\.(ya?ml|json)$/;
/** A longer trace file counts as one that cannot be read: as the work of an agent. */
const TRACE_BYTES_MAX = 8_388_608;

/**
 * AGENTS.md and System Cards as they stand at a trusted commit. There is deliberately no way to pass the head of a pull request: what a
 * change says about agents is read by `headProblems`, which only ever adds problems, and by `agentEvidence`, which only ever adds agents.
 */
export async function readAgents(repository: Repository, trustedCommit: string): Promise<AgentRegistry> {
  return readAgentRegistry(await readAgentSources(repository, trustedCommit));
}

export async function readAgentSources(repository: Repository, commit: string): Promise<readonly AgentSource[]> {
  const files = await readSources(repository, commit, AGENT_FILES);
  return files.length === 0 ? files : [...files, ...(await readSources(repository, commit, cardPaths(files)))];
}

/** Problems of AGENTS.md, of the System Cards that it names, and of those that stand where cards are kept. For `validate`. */
export async function agentProblems(repository: Repository, commit: string, paths: readonly string[]): Promise<readonly Problem[]> {
  const sources = await readAgentSources(repository, commit);
  const named = new Set(sources.map(({ path }) => path));
  const others = await readSources(
    repository,
    commit,
    paths.filter((path) => CARD_FOLDER.test(path) && !named.has(path)),
  );
  return [...readAgentRegistry(sources).problems, ...others.flatMap((card) => readSystemCard(card).problems)];
}

async function readSources(repository: Repository, commit: string, paths: readonly string[]): Promise<AgentSource[]> {
  const sources: AgentSource[] = [];
  for (const path of paths) {
    const entry = await repository.entryAt(commit, path);
    if (entry === null) continue;
    const file = await repository.readFile({ path, ...entry }, AGENT_BYTES_MAX);
    sources.push({ path, ...entry, ...asText(file.bytes, file.unreadable) });
  }
  return sources;
}

/** What agents left behind in a change, and how they are registered. `problems`: the change would leave their registration broken. */
export async function agentEvidence(
  repository: Repository,
  at: { readonly trusted: string; readonly head: string },
  change: ChangeReading,
  commits: readonly CommitMark[] = [],
): Promise<{ readonly agents: AgentEvidence; readonly problems: readonly Problem[] }> {
  const governed = [...change.diff.files, ...change.governanceFiles].map(({ path }) => path);
  if (governed.length === 0) return { agents: { registry: NO_REGISTRY, commits: [], traces: [], paths: [] }, problems: [] };
  const registry = await readAgents(repository, at.trusted);
  const traces: TraceMark[] = [];
  for (const file of change.changed.filter(
    ({ path, headBlob }) => headBlob !== null && (TRACE_FILES as readonly string[]).includes(path),
  )) {
    traces.push(...tracedFiles(file.path, await traceText(repository, file, "base"), await traceText(repository, file, "head"), governed));
  }
  const paths = outsideScopes(
    registry,
    change.changed.map(({ path }) => path),
  );
  return { agents: { registry, commits, traces, paths }, problems: await headProblems(repository, at.head, change.governanceFiles) };
}

async function traceText(repository: Repository, file: GovernedFile, side: "base" | "head"): Promise<string | null> {
  const mode = side === "base" ? file.baseMode : file.headMode;
  const blob = side === "base" ? file.baseBlob : file.headBlob;
  if (mode === null || blob === null) return null;
  const read = await repository.readFile({ path: file.path, mode, blob }, TRACE_BYTES_MAX);
  return asText(read.bytes, read.unreadable).text;
}

/** A change that would leave AGENTS.md or a System Card unreadable is told before it lands. */
async function headProblems(repository: Repository, head: string, governance: readonly GovernedFile[]): Promise<readonly Problem[]> {
  if (!governance.some(({ path }) => /(^|\/)AGENTS\.md$|system-cards\/|^agents\/|^\.choochoo\//.test(path))) return [];
  const { problems } = await readAgents(repository, head);
  return problems.filter(({ severity }) => severity === "error");
}
