import { matchesGlob } from "../policy/glob.ts";
import type { AgentRegistration, AgentRegistry } from "./model.ts";

/** One is enough to block; more only tell more. */
const PATHS_MAX = 1_000;

/** Every list of globs that all paths of an agent's change must match: of the declared block, and of its System Card. */
export function scopesOf({ boundaries, systemCard }: AgentRegistration): readonly (readonly string[])[] {
  return [boundaries.scopes, systemCard?.scopes ?? null].filter((globs) => globs !== null);
}

export function isOutside(scopes: readonly (readonly string[])[], path: string): boolean {
  return scopes.some((globs) => !globs.some((glob) => matchesGlob(glob, path)));
}

/** Paths that some registered agent may not change: all that a decision has to know of what is not governed. */
export function outsideScopes(registry: AgentRegistry, paths: readonly string[]): readonly string[] {
  if (registry.status !== "ok") return [];
  const { agents } = registry;
  const scopes = agents.map(scopesOf).filter((each) => each.length > 0);
  const outside = paths.filter((path) => scopes.some((each) => isOutside(each, path)));
  return outside.toSorted().slice(0, PATHS_MAX);
}
