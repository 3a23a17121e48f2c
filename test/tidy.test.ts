import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { bannedUses, portValues } from "./support/tidy/calls.ts";
import { brokenLinks, machineTraces, unknownScripts } from "./support/tidy/documents.ts";
import { fileCycles, folderCycles } from "./support/tidy/graph.ts";
import { doorViolations, tableViolations } from "./support/tidy/imports.ts";
import {
  MAX_MEDIAN_LINES,
  medianLines,
  SRC_NAMES,
  strangers,
  TOP_NAMES,
  tooLong,
  unmirroredFolders,
  vagueNames,
} from "./support/tidy/layout.ts";
import { type Lock, lockProblems, loosePins, type Manifest } from "./support/tidy/manifest.ts";
import { readSources, type Source } from "./support/tidy/source.ts";

const root = resolve(import.meta.dirname, "..");
const code = [".ts", ".tsx"];
const src = readSources(root, "src", code);
const test = readSources(root, "test", code);
const tracked = trackedFiles();
const manifest = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8")) as Manifest;
const documents = [...tracked.filter((file) => /^[A-Z]+\.md$/.test(file.path)), ...readSources(root, "docs", [".md"])];

/** Text files that git tracks: all that a clone gets. Fixtures are other people's words. */
function trackedFiles(): Source[] {
  const listing = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  return listing
    .split("\0")
    .filter((path) => path !== "" && !/^test\/fixtures\/|^test\/hub\/.*\.json$|\.(png|ico|woff2?)$/.test(path))
    .filter((path) => existsSync(resolve(root, path)) && lstatSync(resolve(root, path)).isFile())
    .map((path) => ({ path, text: readFileSync(resolve(root, path), "utf8") }));
}

describe("the house is tidy", () => {
  it("has something to look at", () => {
    expect(src.length).toBeGreaterThan(10);
    expect(tracked.length).toBeGreaterThan(10);
    expect(documents.map((document) => document.path)).toContain("README.md");
  });

  it("imports by the table of architecture.md", () => expect(tableViolations(src)).toEqual([]));
  it("has doors that never import each other", () => expect(doorViolations(src)).toEqual([]));
  it("has no cycle between folders", () => expect(folderCycles(src)).toEqual([]));
  it("has no cycle between files", () => expect(fileCycles(src)).toEqual([]));
  it("has ports that are types", () => expect(portValues(src)).toEqual([]));
  it("uses nothing banned", () => expect(bannedUses([...src, ...test])).toEqual([]));

  it("has no file over 300 lines", () => expect(tooLong([...src, ...test])).toEqual([]));
  it("has a median source file of at most 100 lines", () => {
    const median = medianLines(src);
    console.info(`tidy: ${src.length} source files, median ${median} lines`);
    expect(median).toBeLessThanOrEqual(MAX_MEDIAN_LINES);
  });

  it("has no vague file names", () => expect(vagueNames([...src, ...test].map((source) => source.path))).toEqual([]));
  it("has the fixed names under src", () => expect(strangers(readdirSync(resolve(root, "src")), SRC_NAMES)).toEqual([]));
  it("has only known names at the top", () => {
    const names = new Set(tracked.map((file) => file.path.split("/")[0]!).filter((name) => !name.startsWith(".")));
    expect(strangers([...names], TOP_NAMES)).toEqual([]);
  });
  it("mirrors every source folder in test", () =>
    expect(
      unmirroredFolders(
        src.map((source) => source.path),
        test.map((source) => source.path),
      ),
    ).toEqual([]));

  it("is started by the image as by npm start", () => {
    const command = /^CMD (\[.*\])$/m.exec(tracked.find((file) => file.path === "Dockerfile")!.text)![1]!;
    expect(JSON.parse(command)).toEqual(manifest.scripts!["start"]!.split(" "));
  });

  it("has documents whose links lead somewhere", () =>
    expect(brokenLinks(documents, (path) => existsSync(resolve(root, path)))).toEqual([]));
  it("has documents that name real scripts", () => expect(unknownScripts(documents, Object.keys(manifest.scripts ?? {}))).toEqual([]));
  it("names no machine and no registry", () => expect(machineTraces(tracked, configuredHosts())).toEqual([]));

  it("pins what must be pinned", () => expect(loosePins(manifest)).toEqual([]));
  it("locks every package by hash", () => {
    expect(tracked.map((file) => file.path)).toContain("package-lock.json");
    expect(lockProblems(JSON.parse(readFileSync(resolve(root, "package-lock.json"), "utf8")) as Lock)).toEqual([]);
  });
});

/** The registry host that npm told us about, when the tests run under npm. */
function configuredHosts(): string[] {
  const registry = process.env["npm_config_registry"];
  return registry === undefined || !URL.canParse(registry) ? [] : [new URL(registry).host];
}
