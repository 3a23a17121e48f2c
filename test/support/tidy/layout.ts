import { posix } from "node:path";
import { lineCount, type Source } from "./source.ts";

export const MAX_LINES = 300;
export const MAX_MEDIAN_LINES = 100;

/** Names directly under src; the house is fixed. */
export const SRC_NAMES: readonly string[] = [
  "engine",
  "report",
  "gate",
  "github",
  "git",
  "sandbox",
  "notary",
  "notify",
  "verifier",
  "store",
  "bot",
  "studio",
  "cli",
  "runtime",
  "config.ts",
  "serve.ts",
  "main.ts",
];

/** Names at the top of the repository, dot-files apart. */
export const TOP_NAMES: readonly string[] = [
  "src",
  "app.yml",
  "policies",
  "drizzle",
  "patches",
  "schemas",
  "test",
  "bench",
  "scripts",
  "docs",
  "Dockerfile",
  "docker-compose.yml",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "biome.json",
  "vitest.config.ts",
  "drizzle.config.ts",
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "LICENSE",
  "NOTICE",
];

/** Folders of src without a test folder of their own, and why. */
export const UNMIRRORED: Readonly<Record<string, string>> = {
  "src/gate/ports": "types and one error class; every adapter's tests exercise them",
  "src/store/schema": "tables; test/store/migrate.test.ts compares them with the migrations",
  "src/store/verbs": "one act per file; test/store tests them through the ledger, on both drivers",
};

export function tooLong(sources: readonly Source[]): string[] {
  return sources
    .map((source) => ({ path: source.path, lines: lineCount(source.text) }))
    .filter((file) => file.lines > MAX_LINES)
    .map((file) => `${file.path} has ${file.lines} lines, more than ${MAX_LINES}`);
}

/** Median number of lines of a file; 0 for none. */
export function medianLines(sources: readonly Source[]): number {
  const lines = sources.map((source) => lineCount(source.text)).sort((a, b) => a - b);
  const middle = Math.floor(lines.length / 2);
  if (lines.length === 0) return 0;
  return lines.length % 2 === 1 ? lines[middle]! : (lines[middle - 1]! + lines[middle]!) / 2;
}

/** Files and folders whose name says nothing. */
export function vagueNames(paths: readonly string[]): string[] {
  return paths.filter((path) => path.split("/").some((part) => /^(utils?|helpers?|common)(\.|$)/i.test(part)));
}

export function strangers(names: readonly string[], allowed: readonly string[]): string[] {
  return names.filter((name) => !allowed.includes(name));
}

/** Folders of src that hold code and have no test: neither a test file in the folder of the same name, nor, for an inner folder, one named after it. */
export function unmirroredFolders(sourcePaths: readonly string[], testPaths: readonly string[]): string[] {
  const folders = new Set(sourcePaths.map((path) => posix.dirname(path)).filter((folder) => folder !== "src"));
  const tests = testPaths.filter((path) => /\.test\.tsx?$/.test(path));
  const tested = new Set(tests.flatMap((path) => [posix.dirname(path), path.replace(/\.test\.tsx?$/, "")]));
  return [...folders].filter((folder) => !(folder in UNMIRRORED) && !tested.has(folder.replace(/^src\//, "test/"))).sort();
}
