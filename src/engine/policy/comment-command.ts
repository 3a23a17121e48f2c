import { commandLines } from "./command-lines.ts";

export const COMMAND_WORDS = {
  help: "what can be asked",
  status: "who is missing",
  explain: "the whole decision, step by step",
  recheck: "read everything again and decide",
  override: 'break glass, for those entitled: `override reason="…" incident=…`',
  withdraw: "take back your own override",
} as const;
export type CommandWord = keyof typeof COMMAND_WORDS;

/** What a comment asks for, in its order and each once. `unknown`: a line for us that says nothing we know. */
export function commandsIn(body: string): readonly (CommandWord | "unknown")[] {
  const words = commandLines(body).map((line) => {
    const word = line.trim().split(/\s+/)[1]?.toLowerCase() ?? "help";
    return Object.hasOwn(COMMAND_WORDS, word) ? (word as CommandWord) : "unknown";
  });
  return [...new Set(words)];
}
