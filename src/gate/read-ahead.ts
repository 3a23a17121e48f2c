import { AGENT_FILES } from "../engine/agents/registry.ts";
import { type GovernedPaths, sortChangedFiles } from "../engine/contract/governed.ts";
import { defaultConfig } from "../engine/policy/defaults.ts";
import { POLICY_FILES } from "./read-policy.ts";

/** What a reading looks for at the tip of the default branch, whatever the change is. */
export const TRUSTED_FILES: readonly string[] = [...POLICY_FILES.map(({ path }) => path), ...AGENT_FILES, ...defaultConfig.lineage.files];

/** Of the files that a change is said to touch, those whose content decides about it. */
export function contentWanted(paths: readonly string[], contracts: GovernedPaths): readonly string[] {
  const files = paths.map((path) => ({ path, baseMode: "100644", baseBlob: path, headMode: "100644", headBlob: path }));
  const { governed, governance } = sortChangedFiles(files, contracts);
  return [...new Set([...governed, ...governance].map(({ path }) => path))];
}
