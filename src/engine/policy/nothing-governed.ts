import type { Problem } from "../problem.ts";
import { matchesGlob } from "./glob.ts";
import type { Config } from "./model.ts";
import type { RawConfig } from "./schema.ts";
import type { SourceReading } from "./source.ts";

/** Paths that no one would name in a pattern: what leaves all of them out leaves out everything. */
const ANY_PATHS = ["zq7x0", "zq7x0/zq7x1", "zq7x0/zq7x1/zq7x2.yaml"];

/** A configuration under which no contract is governed: allowed, and said, so that nobody believes in a gate that never closes. */
export function nothingGoverned(config: Config, configs: Partial<Record<"org" | "repo", SourceReading<RawConfig>>>): readonly Problem[] {
  if (Object.values(configs).some((reading) => reading.value === undefined)) return [];
  const { include, exclude } = config.contracts;
  const said = (key: "include" | "exclude", message: string): readonly Problem[] => {
    const file = [configs.repo, configs.org].find((reading) => reading?.value?.contracts?.[key] !== undefined);
    const line = file?.lineOf(["contracts", key]) ?? null;
    const hint = "remove the key, or name the contracts that need approval";
    return [{ code: "E001", message, file: file?.source.path ?? null, line, severity: "warning", hint }];
  };
  if (include.length === 0) return said("include", "`contracts.include` is empty: no contract is governed");
  const isLeftOut = (path: string) => exclude.some((glob) => matchesGlob(glob, path));
  if (ANY_PATHS.every(isLeftOut) || include.every((glob) => exclude.includes(glob)))
    return said("exclude", "`contracts.exclude` leaves out every contract: nothing is governed");
  return [];
}
