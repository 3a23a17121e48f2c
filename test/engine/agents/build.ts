import type { AgentEvidence, AgentRegistry, CommitTrailers } from "../../../src/engine/agents/model.ts";
import { type AgentSource, readAgentRegistry } from "../../../src/engine/agents/registry.ts";
import type { CommitFact, Facts } from "../../../src/engine/facts.ts";
import { ACTORS, facts, HEAD, people } from "../policy/build.ts";

export function file(path: string, text: string | null, over: Partial<AgentSource> = {}): AgentSource {
  return { path, mode: "100644", blob: "b", text, unreadable: null, ...over };
}

/** An AGENTS.md whose block holds these lines; the block begins on line 4. */
export function agentsMd(block: string): AgentSource {
  return file("AGENTS.md", `# Agents\n\n\`\`\`yaml countersign-agents\n${block}\`\`\`\n`);
}

export const CARD = ".choochoo/system-cards/tidy.yaml";

/** The agent `tidy` with the account tidy[bot], as its block and card say. */
export function registry(block = "", card: string | null = "confidence: 0.8\n"): AgentRegistry {
  const text = `agents:\n  - id: tidy\n    status: active\n    accounts: ["tidy[bot]", 77]\n    emails: [tidy@example.com]\n    tools: [tidy-cli]\n${block}`;
  return readAgentRegistry([agentsMd(text), ...(card === null ? [] : [file(CARD, card)])]);
}

export function evidence(over: Partial<AgentEvidence> = {}): AgentEvidence {
  return { registry: registry(), commits: [], traces: [], paths: [], ...over };
}

export function trailers(over: Partial<CommitTrailers> = {}): CommitTrailers {
  return { agents: [], launchedBy: [], confidences: [], coAuthors: [], ...over };
}

const BOT = { id: 77, login: "tidy[bot]", type: "Bot", suspended: false } as const;
export const WITH_BOT = [...ACTORS, BOT];

/** A change by alice whose head commit is as given. */
export function changeWith(commit: Partial<CommitFact>, over: Partial<Facts> = {}, subject: Partial<Facts["subject"]> = {}): Facts {
  const usual = people().commits[0]!;
  return facts({ agents: evidence(), people: people({ actors: WITH_BOT, commits: [{ ...usual, ...commit }] }), ...over }, subject);
}

/** A change that the bot opened, pushed and wrote. */
export function changeByBot(over: Partial<Facts> = {}, commit: Partial<CommitFact> = {}): Facts {
  const given = changeWith({ author: "tidy[bot]", committer: "web-flow", ...commit }, {}, { author: "tidy[bot]" });
  const pushes = [{ sha: HEAD, actor: "tidy[bot]", at: "2026-11-21T09:00:00Z", forced: false }];
  return {
    ...given,
    agent: { id: "tidy[bot]", confidence: null, systemCard: false, automation: false },
    people: { ...given.people!, pushes },
    ...over,
  };
}
