import { Minimatch } from "minimatch";

/** Caps that keep the cost of one match bounded whatever a policy file says. */
const MAX_LENGTH = 256;
const MAX_WILDCARDS = 16;
const MAX_BRACES = 32;

/** Why a glob is refused, as a sentence fragment; null = it may be used. A glob over a cap can never be honoured, so it is never skipped silently. */
export function globProblem(glob: string): string | null {
  if (glob.trim() === "") return "is empty";
  if (glob.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (glob.startsWith("/") || glob.split("/").includes("..")) return "must be relative to the repository, without `..`";
  if (/[!?*+@]\(/.test(glob)) return "uses an extended pattern such as `!(…)`, which is not supported";
  if (glob.startsWith("!")) return "starts with `!`: use the matching exclude instead";
  if ((glob.match(/[*?[]/g) ?? []).length > MAX_WILDCARDS) return `has more than ${MAX_WILDCARDS} wildcards`;
  if (braceProduct(glob) > MAX_BRACES) return `expands to more than ${MAX_BRACES} alternatives`;
  return null;
}

/** An upper bound of the expansions: every comma and every range multiplies. */
function braceProduct(glob: string): number {
  if (/\{[^}]*\.\.[^}]*\}/.test(glob)) return Number.POSITIVE_INFINITY;
  let product = 1;
  for (const group of glob.match(/\{[^{}]*\}/g) ?? []) product *= group.split(",").length;
  return /\{[^}]*\{/.test(glob) ? product * 8 : product;
}

/** True when `path` is matched. A glob that `globProblem` refuses matches nothing: callers refuse it first. */
export function matchesGlob(glob: string, path: string): boolean {
  return glob === path || compiled(glob)?.match(path) === true;
}

/** Memory of compiled globs: one policy is asked about every finding of a change. Only ever of globs that policies name. */
const known = new Map<string, Minimatch | null>();
const KNOWN_MAX = 5_000;

function compiled(glob: string): Minimatch | null {
  const found = known.get(glob);
  if (found !== undefined) return found;
  const options = { dot: true, noext: true, nocomment: true, nonegate: true, braceExpandMax: MAX_BRACES };
  const made = globProblem(glob) === null ? new Minimatch(glob, options) : null;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(glob, made);
  return made;
}
