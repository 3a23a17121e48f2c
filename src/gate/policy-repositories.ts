import { z } from "zod";

export const pinList = z
  .string()
  .regex(/^\s*\d+:\d+(\s*,\s*\d+:\d+)*\s*$/, "must be <owner id>:<repository id>, more of them after commas");

/** ORG_POLICY_REPOSITORIES alone, for commands that need nothing else of the server's configuration. */
export function policyRepositoriesOf(text: string | undefined): {
  readonly pins: ReadonlyMap<number, number>;
  readonly problems: readonly string[];
} {
  const given = text === undefined || text === "" ? undefined : text;
  const parsed = pinList.optional().safeParse(given);
  const problems = parsed.success ? pinProblems(given) : parsed.error.issues.map(({ message }) => `ORG_POLICY_REPOSITORIES: ${message}`);
  return { pins: new Map(problems.length > 0 ? [] : pinsOf(given)), problems };
}

export function pinsOf(text: string | undefined): readonly (readonly [number, number])[] {
  return (text ?? "").split(",").flatMap((pin) => {
    const [owner, repository] = pin.split(":").map(Number);
    return owner === undefined || repository === undefined ? [] : [[owner, repository] as const];
  });
}

/** Ids are pinned, and a pin that could be read in two ways pins nothing. */
export function pinProblems(text: string | undefined): string[] {
  const pins = pinsOf(text);
  const owners = pins.map(([owner]) => owner);
  const unsafe = pins.flat().some((id) => !Number.isSafeInteger(id) || id <= 0);
  if (unsafe) return ["ORG_POLICY_REPOSITORIES: ids are positive numbers, as GitHub's API gives them"];
  return new Set(owners).size === owners.length ? [] : ["ORG_POLICY_REPOSITORIES: one owner has two repositories"];
}
