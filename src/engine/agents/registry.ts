import type { PolicySource } from "../policy/model.ts";
import { readSource, type SourceReading } from "../policy/source.ts";
import type { Problem } from "../problem.ts";
import { declaredBlock } from "./block.ts";
import { headedAgents } from "./headings.ts";
import { environmentProblems, environmentsOf, globProblems } from "./limits.ts";
import type { AgentRegistration, AgentRegistry, Boundaries, SystemCard } from "./model.ts";
import { agentsSchema, type RawAgent } from "./schema.ts";
import { readSystemCard } from "./system-card.ts";

/** Where agents are declared. */
export const AGENT_FILES = ["AGENTS.md", "agents/AGENTS.md"] as const;
/** Where a System Card may stand: every change of it there is itself governed. */
const CARD_ROOTS = [".choochoo/", "agents/", "system-cards/"] as const;
const CARD_NAME = /\.(ya?ml|json)$/i;

/** One file at the trusted commit, in the shape in which policy files are read. */
export type AgentSource = Pick<PolicySource, "path" | "mode" | "blob" | "text" | "unreadable">;

/** Paths of the System Cards that the declared blocks name, or that stand where an agent's card is looked for. */
export function cardPaths(sources: readonly AgentSource[]): readonly string[] {
  const named = sources.flatMap((source) => declared(source).agents).flatMap(({ raw }) => candidates(raw));
  return [...new Set(named)].sort();
}

/** @param sources the AGENTS.md files and the System Cards that exist at the trusted commit. */
export function readAgentRegistry(sources: readonly AgentSource[]): AgentRegistry {
  const files = sources.filter(({ path }) => (AGENT_FILES as readonly string[]).includes(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const cards = new Map(sources.filter((source) => !files.includes(source)).map((source) => [source.path, readSystemCard(source)]));
  const problems: Problem[] = [...cards.values()].flatMap((card) => card.problems);
  const agents: AgentRegistration[] = [];
  for (const file of files) {
    const reading = declared(file);
    problems.push(...reading.problems);
    for (const each of reading.agents) {
      const { registration, wrong } = registered(each, file.path, cards);
      problems.push(...wrong);
      const twin = agents.find(({ id }) => id.toLowerCase() === registration.id.toLowerCase());
      if (twin !== undefined) problems.push(problem(file.path, each.line, `the agent \`${registration.id}\` is registered twice`));
      agents.push(registration);
    }
  }
  if (problems.some(({ severity }) => severity === "error")) return { status: "invalid", problems };
  return { status: "ok", agents, problems };
}

interface Declared {
  readonly raw: RawAgent;
  readonly line: number | null;
  /** Line of a key of this agent. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | null;
}

/** The fenced block when there is one; else agents under headings. */
function declared(source: AgentSource): { readonly agents: readonly Declared[]; readonly problems: readonly Problem[] } {
  if (source.mode !== "100644" && source.mode !== "100755") return unreadable(source, "is not a regular file");
  if (source.text === null) return unreadable(source, `cannot be read: ${source.unreadable ?? "no content"}`);
  const block = declaredBlock(source.text);
  if (block.status === "invalid") return { agents: [], problems: [problem(source.path, block.line, block.because)] };
  if (block.status === "block") {
    const reading: SourceReading<{ agents: RawAgent[] }> = readSource({ ...asPolicy(source), text: block.text }, agentsSchema);
    const agents = (reading.value?.agents ?? []).map((raw, index) => ({
      raw,
      line: reading.lineOf(["agents", index, "id"]),
      lineOf: (path: readonly PropertyKey[]) => reading.lineOf(["agents", index, ...path]),
    }));
    return { agents, problems: reading.problems };
  }
  const { agents, problems } = headedAgents(source.text, source.path);
  return { agents: agents.map(({ raw, line }) => ({ raw, line, lineOf: () => line })), problems };
}

function unreadable(source: AgentSource, because: string) {
  return { agents: [], problems: [problem(source.path, null, because)] };
}

function asPolicy(source: AgentSource): PolicySource {
  return { origin: "repo", kind: "config", ...source };
}

function registered(
  { raw, line, lineOf }: Declared,
  file: string,
  cards: ReadonlyMap<string, { readonly card: SystemCard | null }>,
): { readonly registration: AgentRegistration; readonly wrong: readonly Problem[] } {
  const wrong: Problem[] = [];
  const { "env-restricted": words, "scope-limited": globs } = raw.boundaries ?? {};
  const place = (key: string, index: number) => lineOf(["boundaries", key, index]);
  wrong.push(...environmentProblems(words, file, (index) => place("env-restricted", index)));
  wrong.push(...globProblems(globs, file, (index) => place("scope-limited", index)));
  if (raw.card !== undefined && !isCardPath(raw.card))
    wrong.push(
      problem(
        file,
        lineOf(["card"]),
        `the System Card \`${raw.card}\` must be YAML or JSON under ${CARD_ROOTS.map((root) => `\`${root}\``).join(", ")}: only there every change of it is governed`,
      ),
    );
  const path = candidates(raw).find((each) => cards.has(each));
  if (raw.card !== undefined && isCardPath(raw.card) && path === undefined)
    wrong.push(problem(file, lineOf(["card"]), `the System Card \`${raw.card}\` does not exist`));
  const systemCard = path === undefined ? null : (cards.get(path)?.card ?? null);
  if (systemCard !== null && raw.card !== undefined && systemCard.id.toLowerCase() !== raw.id.toLowerCase() && systemCard.id !== "")
    wrong.push({
      ...problem(file, lineOf(["card"]), `the System Card \`${raw.card}\` is that of \`${systemCard.id}\``),
      severity: "warning",
    });
  const boundaries: Boundaries = {
    readOnly: raw.boundaries?.["read-only"] === true,
    noPii: raw.boundaries?.["no-pii"] === true,
    requiresApproval: raw.boundaries?.["requires-approval"] === true,
    environments: environmentsOf(words),
    scopes: globs ?? null,
  };
  const registration: AgentRegistration = {
    id: raw.id,
    name: raw.name ?? null,
    status: raw.status,
    accounts: raw.accounts ?? [],
    emails: raw.emails ?? [],
    tools: raw.tools ?? [],
    capabilities: raw.capabilities ?? null,
    boundaries,
    card: path ?? raw.card ?? null,
    systemCard,
    file,
    line,
  };
  return { registration, wrong };
}

/** The path named, or where the card of an agent is looked for when none is. */
function candidates({ id, card }: RawAgent): readonly string[] {
  if (card !== undefined) return isCardPath(card) ? [card] : [];
  return /^[A-Za-z0-9._-]+$/.test(id) ? ["yaml", "yml", "json"].map((end) => `.choochoo/system-cards/${id}.${end}`) : [];
}

function isCardPath(path: string): boolean {
  return CARD_NAME.test(path) && CARD_ROOTS.some((root) => path.startsWith(root)) && !/(^|\/)\.{0,2}(\/|$)/.test(path);
}

function problem(file: string, line: number | null, message: string): Problem {
  return { code: "E001", message, file, line, severity: "error" };
}
