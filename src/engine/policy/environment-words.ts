import type { Environment } from "./model.ts";

/** Strictest first: where two answers meet, the earlier wins. */
export const ENVIRONMENTS = ["production", "staging", "development"] as const satisfies readonly Environment[];

const WORDS: Readonly<Record<string, Environment>> = {
  production: "production",
  prod: "production",
  prd: "production",
  live: "production",
  staging: "staging",
  stage: "staging",
  preprod: "staging",
  "pre-prod": "staging",
  development: "development",
  develop: "development",
  dev: "development",
  test: "development",
};

/** The environment that a word means; null = not a word we know. */
export function knownEnvironment(word: string): Environment | null {
  const key = word.trim().toLowerCase();
  return Object.hasOwn(WORDS, key) ? WORDS[key]! : null;
}

/** Unknown words are production: never the laxer reading. */
export function environmentFromWord(word: string): Environment {
  return knownEnvironment(word) ?? "production";
}

export function stricterEnvironment(left: Environment, right: Environment): Environment {
  return ENVIRONMENTS.indexOf(left) <= ENVIRONMENTS.indexOf(right) ? left : right;
}
