import type { CommitTrailers } from "./model.ts";

/** More of one kind in one message would only cost time. */
const TRAILERS_MAX = 20;
const ID = /^[^\s<>]{1,100}$/;

const KINDS = {
  agent: "agents",
  "agent-launched-by": "launchedBy",
  "agent-confidence": "confidences",
  "co-authored-by": "coAuthors",
} as const satisfies Record<string, keyof CommitTrailers>;

/**
 * Trailers of a commit message about agents, wherever they stand below the subject line. `Agent:` and `Agent-Launched-By:` take one
 * word, so that prose is not read as a claim.
 */
export function agentTrailers(message: string): CommitTrailers {
  const found: { -readonly [kind in keyof CommitTrailers]: string[] } = { agents: [], launchedBy: [], confidences: [], coAuthors: [] };
  for (const line of message.split("\n").slice(1)) {
    const [, key = "", value = ""] = /^\s*([A-Za-z-]{5,20}):\s*(.*?)\s*$/.exec(line.slice(0, 500)) ?? [];
    const word = key.toLowerCase();
    if (!Object.hasOwn(KINDS, word) || value === "") continue;
    const kind = KINDS[word as keyof typeof KINDS];
    if ((kind === "agents" || kind === "launchedBy") && !ID.test(value)) continue;
    const said = kind === "launchedBy" ? value.replace(/^@/, "") : value;
    if (found[kind].length < TRAILERS_MAX && !found[kind].includes(said)) found[kind].push(said);
  }
  return found;
}

export function saysNothing({ agents, launchedBy, confidences, coAuthors }: CommitTrailers): boolean {
  return agents.length + launchedBy.length + confidences.length + coAuthors.length === 0;
}

/** Hundredths of doubt that a self-declared confidence stands for; what cannot be read says nothing good: half. */
export function declaredDoubt(text: string): number {
  const [, number = "", percent] = /^(\d{1,3}(?:\.\d{1,6})?)\s*(%?)$/.exec(text.trim()) ?? [];
  if (number === "") return 50;
  const confidence = percent === "%" ? Number(number) : Number(number) * 100;
  return confidence >= 0 && confidence <= 100 ? Math.floor(Number((100 - confidence).toFixed(4)) + 0.5) : 50;
}
