import type { AgentFacts } from "../engine/facts.ts";

/** A bot or app as author is an agent without a card until a registry of agents is read (decision.md section 8). */
export function agentOfAuthor(login: string | null, type: string | null): AgentFacts | null {
  if (login === null || type === "User" || type === null) return null;
  return { id: login, confidence: null, systemCard: false, automation: false };
}

/** The same for a git author, which knows no account types: GitHub's bots are named `…[bot]`. */
export function agentOfGitAuthor(author: string | null): AgentFacts | null {
  const bot = /^([^<\s]+\[bot\])(\s|$)/i.exec(author?.trim() ?? "")?.[1] ?? null;
  return agentOfAuthor(bot, bot === null ? null : "Bot");
}
