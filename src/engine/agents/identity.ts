import type { AgentRegistration } from "./model.ts";

export interface Named {
  readonly id: string;
  readonly registration: AgentRegistration | null;
}

/** An account, or what somebody wrote into a commit. */
export type Claim = { readonly login: string; readonly id: number | null } | { readonly identity: string };

const IDENTITY = /^(.*?)\s*<([^<>]*)>\s*$/;
const NOREPLY = /^(?:(\d{1,15})\+)?([A-Za-z0-9-]+(?:\[bot\])?)@users\.noreply\.github\.com$/i;

/** Is it this agent that the claim names? Too many matches only make a change more of an agent's. */
export function namesAgent(agent: AgentRegistration, claim: Claim): boolean {
  if ("login" in claim) return isAccount(agent, claim.login) || (claim.id !== null && agent.accounts.includes(claim.id));
  const [, name = claim.identity.trim(), email = ""] = IDENTITY.exec(claim.identity) ?? [];
  const [, id = "", login = ""] = NOREPLY.exec(email) ?? [];
  return (
    isAccount(agent, name) ||
    same(agent.name ?? "", name) ||
    agent.emails.some((each) => same(each, email)) ||
    (login !== "" && isAccount(agent, login)) ||
    (id !== "" && agent.accounts.includes(Number(id)))
  );
}

function isAccount({ id, accounts }: AgentRegistration, login: string): boolean {
  return [id, ...accounts].some((each) => typeof each === "string" && same(each, login));
}

function same(one: string, other: string): boolean {
  return one !== "" && one.toLowerCase() === other.toLowerCase();
}
