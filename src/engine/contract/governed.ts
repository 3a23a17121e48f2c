import { Minimatch, type MinimatchOptions } from "minimatch";
import type { Config } from "../policy/model.ts";
import type { Problem } from "../problem.ts";
import type { GovernedFile } from "./finding.ts";
import { foldPath, hasDotSegments, pathProblems } from "./path-tricks.ts";

export interface SortedFiles {
  /** Matched by `contracts.include` and not by `contracts.exclude`. */
  readonly governed: readonly GovernedFile[];
  /** The gate's own files: policy, configuration, system cards, attributes. */
  readonly governance: readonly GovernedFile[];
  /** Other files at the head that are named as contracts may be: one may have gone there. Added files first. */
  readonly outside: readonly GovernedFile[];
  /** Those of `outside` that nobody left out on purpose, by `contracts.exclude`. */
  readonly unclaimed: readonly GovernedFile[];
  /** Paths and patterns that nobody can judge: they block. */
  readonly problems: readonly Problem[];
}

const CONTRACT_NAME = /\.(ya?ml|json|avsc|proto|graphqls?|gql)$/i;
const MAX_PATTERN_LENGTH = 512;
const MAX_WILDCARDS = 24;
const MAX_BRACES = 100;
const GLOB: MinimatchOptions = { dot: true, noext: true, nocomment: true, nonegate: true, braceExpandMax: MAX_BRACES, platform: "linux" };

/** Self-protection (decision.md section 1): a change to these is governed whatever the configuration says. */
const GOVERNANCE = [
  ".choochoo",
  ".choochoo/**",
  ".choochoorc",
  "AGENTS.md",
  "agents",
  "agents/**/*.{md,yaml,yml,json}",
  "system-cards",
  "system-cards/**",
  "**/.gitattributes",
] as const;

/** Mapped paths are governed like those of `include`. */
export type GovernedPaths = Pick<Config["contracts"], "include" | "exclude"> & Partial<Pick<Config["contracts"], "mappings">>;

/** Sorts the changed files of one comparison. A path counts as governed when it matches as it is or as a case-folding clone sees it. */
export function sortChangedFiles(files: readonly GovernedFile[], contracts: GovernedPaths): SortedFiles {
  const { include, exclude, own, roots } = patternsOf(contracts);
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const governed = sorted.filter(
    (file) => (matches(include.globs, file.path) || replacesRoot(file, roots)) && !exclude.some((glob) => glob.match(file.path)),
  );
  const governance = sorted.filter(
    (file) => matches(own.globs, file.path) || (isIrregular(file) && foldPath(file.path).startsWith("agents/")),
  );
  const taken = new Set([...governed, ...governance]);
  const judged = new Set([...taken, ...sorted.filter((file) => hasDotSegments(file.path))]);
  const others = sorted.filter((file) => file.headBlob !== null && CONTRACT_NAME.test(file.path) && !taken.has(file));
  const outside = [...others.filter((file) => file.baseBlob === null), ...others.filter((file) => file.baseBlob !== null)];
  return {
    governed,
    governance,
    outside,
    unclaimed: outside.filter((file) => !exclude.some((glob) => glob.match(file.path))),
    problems: [...include.problems, ...pathProblems([...judged].filter((file) => file.headBlob !== null).map((file) => file.path))],
  };
}

/** True when one governed glob list takes the path; for callers that look at a single path. */
export function isGoverned(path: string, contracts: GovernedPaths): boolean {
  return sortChangedFiles([{ path, baseMode: null, baseBlob: null, headMode: "100644", headBlob: "" }], contracts).governed.length > 0;
}

/** True when one of the patterns takes the path, as it is or as a case-folding clone sees it. */
export function takesPath(patterns: readonly string[], path: string): boolean {
  const known = compiledOf.get(patterns) ?? compile(patterns).globs;
  compiledOf.set(patterns, known);
  return matches(known, path);
}

/** Memory of takesPath: every file of a comparison asks for the same few lists. */
const compiledOf = new WeakMap<readonly string[], readonly Minimatch[]>();

interface Patterns {
  readonly include: Compiled;
  readonly exclude: readonly Minimatch[];
  readonly own: Compiled;
  readonly roots: readonly string[];
}

/** Memory of patternsOf: a replay asks for each of thousands of commits under one configuration. */
const patternsOfConfig = new WeakMap<GovernedPaths, Patterns>();

function patternsOf(contracts: GovernedPaths): Patterns {
  const known = patternsOfConfig.get(contracts);
  if (known !== undefined) return known;
  const patterns = [...contracts.include, ...(contracts.mappings ?? []).flatMap(({ paths }) => paths)];
  const compiled: Patterns = {
    include: compile(patterns),
    // Leaving out takes the exact path: a fold may add to what is governed, never take away.
    exclude: contracts.exclude.filter(isAffordable).map((pattern) => new Minimatch(pattern, GLOB)),
    own: compile(GOVERNANCE),
    roots: patterns.map(staticRoot).filter((root) => root !== ""),
  };
  patternsOfConfig.set(contracts, compiled);
  return compiled;
}

interface Compiled {
  readonly globs: readonly Minimatch[];
  readonly problems: readonly Problem[];
}

/** A pattern that could cost too much is a problem, never a pattern that matches nothing. */
function compile(patterns: readonly string[]): Compiled {
  const problems = patterns
    .filter((pattern) => !isAffordable(pattern))
    .map(
      (pattern): Problem => ({
        code: "E001",
        message: `the glob \`${pattern.slice(0, 40)}…\` is too long or has too many wildcards`,
        file: ".choochoorc",
        line: null,
        severity: "error",
        hint: `at most ${MAX_PATTERN_LENGTH} characters, ${MAX_WILDCARDS} wildcards and ${MAX_BRACES} brace expansions`,
      }),
    );
  const globs = patterns.filter(isAffordable).flatMap((pattern) => [new Minimatch(pattern, GLOB), new Minimatch(foldPath(pattern), GLOB)]);
  return { globs, problems };
}

/** The library stops expanding braces at its cap without a word: a pattern that reaches it is refused. */
function isAffordable(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH || (pattern.match(/[*?[{]/g)?.length ?? 0) > MAX_WILDCARDS) return false;
  return new Minimatch(pattern, GLOB).set.length < MAX_BRACES;
}

function matches(globs: readonly Minimatch[], path: string): boolean {
  const folded = foldPath(path);
  return globs.some((glob) => glob.match(path) || glob.match(folded));
}

/** The folders before the first wildcard: `contracts/**` -> `contracts`. */
function staticRoot(pattern: string): string {
  const segments = pattern.split("/");
  const end = segments.findIndex((segment) => /[*?[{]/.test(segment));
  return segments.slice(0, end < 0 ? segments.length : end).join("/");
}

/** A folder of contracts (or one above it) that is or becomes a symbolic link, a submodule or a plain file. */
function replacesRoot(file: GovernedFile, roots: readonly string[]): boolean {
  return roots.some(
    (root) => foldPath(root) === foldPath(file.path) || (isIrregular(file) && foldPath(root).startsWith(`${foldPath(file.path)}/`)),
  );
}

function isIrregular(file: GovernedFile): boolean {
  return [file.baseMode, file.headMode].some((mode) => mode !== null && !/^100/.test(mode));
}
