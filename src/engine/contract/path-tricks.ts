import type { Problem } from "../problem.ts";
import { visible } from "./lookalike.ts";

const MAX_PATH_LENGTH = 1024;

/** The path on a file system that folds case, compatibility forms, separators and trailing dots, and to a person who sees no invisible marks. */
export function foldPath(path: string): string {
  return path
    .normalize("NFKC")
    .replace(/[\p{Cf}\p{Cc}]/gu, "")
    .toLowerCase()
    .split(/[/\\]/)
    .map((segment) => (segment === ".." ? segment : segment.replace(/[. ]+$/, "")))
    .filter((segment) => segment !== "")
    .join("/");
}

/** No git tree holds such a path: it is refused wherever it points. */
export function hasDotSegments(path: string): boolean {
  return path.split(/[/\\]/).some((segment) => segment === "" || segment === "." || segment === "..");
}

/** Why this path may mean another file somewhere; null for an ordinary path. */
export function pathTrick(path: string): string | null {
  if (path.length > MAX_PATH_LENGTH) return `longer than ${MAX_PATH_LENGTH} characters`;
  if (path.includes("\uFFFD") || !path.isWellFormed()) return "not valid UTF-8";
  if (path !== path.normalize("NFC")) return "not in Unicode normal form C";
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(path)) return "holds a control, bidirectional or zero-width character";
  if (path.includes("\\")) return "holds a backslash";
  const segments = path.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) return "holds an empty, `.` or `..` segment";
  if (segments.some((segment) => /[. ]$/.test(segment))) return "has a segment that ends with a dot or a blank";
  if (segments.some((segment) => /^(\.git|git~1)$/i.test(segment))) return "goes through a `.git` folder";
  return null;
}

/** Problems of the governed paths that exist at head: tricks, and two paths that fold into one. */
export function pathProblems(paths: readonly string[]): readonly Problem[] {
  const tricks = paths.flatMap((path) => {
    const trick = pathTrick(path);
    return trick === null ? [] : [problem(path, `the path is ${/^(not|longer)/.test(trick) ? trick : `refused: it ${trick}`}`)];
  });
  const folded = Map.groupBy(new Set(paths), foldPath);
  const collisions = [...folded.values()].flatMap((same) =>
    same.length < 2
      ? []
      : [problem(same[0]!, `the path is the same file as \`${visible(same[1]!)}\` where case or compatibility forms are folded`)],
  );
  return [...tricks, ...collisions];
}

function problem(path: string, message: string): Problem {
  return { code: "E003", message, file: visible(path), line: null, severity: "error", hint: "rename the file" };
}
