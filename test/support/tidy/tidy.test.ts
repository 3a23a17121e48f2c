import { describe, expect, it } from "vitest";
import { bannedUses, portValues } from "./calls.ts";
import { brokenLinks, machineTraces, unknownScripts } from "./documents.ts";
import { fileCycles, folderCycles } from "./graph.ts";
import { doorViolations, importsOf, tableViolations } from "./imports.ts";
import { medianLines, strangers, tooLong, unmirroredFolders, vagueNames } from "./layout.ts";
import { lockProblems, loosePins, PINS } from "./manifest.ts";
import type { Source } from "./source.ts";

// Every rule of test/tidy.test.ts is shown a bad sample here: a rule that cannot fail is no rule.

function file(path: string, text: string): Source {
  return { path, text };
}

describe("imports", () => {
  it("are found in every form, and not in comments, strings or templates", () => {
    const text = [
      'import a from "./a.ts";',
      'import type { B } from "./b.ts";',
      'import { type C } from "./c.ts";',
      'import "./d.ts";',
      'export * from "./e.ts";',
      'export type { F } from "./f.ts";',
      'const g = await import("./g.ts");',
      '// import h from "./h.ts";',
      "const i = 'import i from \"./i.ts\"';",
      'const r = /"/; import { j } from "./j.ts";',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      'const t = `${f({ a: `x${1}` })} import k from "./k.ts"`;',
      "export const l = 1;",
    ].join("\n");
    const found = importsOf(file("src/engine/x.ts", text));
    expect(found.map((one) => `${one.line} ${one.to} ${one.typeOnly ? "type" : "value"}`)).toEqual([
      "1 src/engine/a.ts value",
      "2 src/engine/b.ts type",
      "3 src/engine/c.ts value",
      "4 src/engine/d.ts value",
      "5 src/engine/e.ts value",
      "6 src/engine/f.ts type",
      "7 src/engine/g.ts value",
      "10 src/engine/j.ts value",
    ]);
  });

  it("are found after any text between elements", () => {
    const page = 'const a = <p>\n  No. #{n} can\'t / </p>;\nconst b = <br />;\nconst c = import("./c.ts");\n';
    expect(importsOf(file("src/studio/x.tsx", page)).map((one) => one.to)).toEqual(["src/studio/c.ts"]);
  });

  it.each([
    ["src/engine/a.ts", 'import { x } from "../report/x.ts";'],
    ["src/engine/a.ts", 'import type { X } from "../gate/ports.ts";'],
    ["src/engine/a.ts", 'import { readFileSync } from "node:fs";'],
    ["src/engine/policy/a.ts", 'import { pino } from "pino";'],
    ["src/report/a.ts", 'import type { X } from "../gate/x.ts";'],
    ["src/report/a.ts", 'import { readFile } from "node:fs/promises";'],
    ["src/gate/a.ts", 'import { x } from "../store/x.ts";'],
    ["src/gate/a.ts", 'import type { Context } from "probot";'],
    ["src/gate/ports/a.ts", 'import { decide } from "../../engine/decide.ts";'],
    ["src/gate/ports/a.ts", 'import type { X } from "../evaluate.ts";'],
    ["src/github/a.ts", 'import type { X } from "../store/x.ts";'],
    ["src/github/a.ts", 'import { x } from "../gate/evaluate.ts";'],
    ["src/git/a.ts", 'import { x } from "../github/x.ts";'],
    ["src/git/a.ts", 'import { x } from "../report/x.ts";'],
    ["src/store/a.ts", 'import { x } from "../github/x.ts";'],
    ["src/bot/a.ts", 'import { x } from "../store/x.ts";'],
    ["src/bot/a.ts", 'import type { Decision } from "../engine/decision.ts";'],
    ["src/studio/a.tsx", 'import { decide } from "../engine/decide.ts";'],
    ["src/studio/a.tsx", 'const x = await import("../github/x.ts");'],
    ["src/cli/a.ts", 'import { decide } from "../engine/decide.ts";'],
    ["src/cli/a.ts", 'import { x } from "../git/x.ts";'],
    ["src/cli/a.ts", 'import { x } from "../studio/x.ts";'],
    ["src/runtime/a.ts", 'import type { X } from "../engine/decision.ts";'],
    ["src/config.ts", 'import { x } from "./store/x.ts";'],
    ["src/main.ts", 'import { x } from "../test/x.ts";'],
    ["src/serve.ts", 'import { x } from "./cli/run.ts";'],
    ["src/somewhere/a.ts", ""],
  ])("%s may not say %s", (path, text) => expect(tableViolations([file(path, text)])).toHaveLength(1));

  it.each([
    [
      "src/engine/policy/a.ts",
      'import { x } from "../contract/x.ts"; import { parse } from "yaml"; import { createHash } from "node:crypto";',
    ],
    ["src/github/a.ts", 'import { TruthError } from "../gate/ports/truth.ts"; import { x } from "../report/x.ts";'],
    ["src/gate/a.ts", 'import type { Ledger } from "./ports.ts"; import { decide } from "../engine/decide.ts";'],
    ["src/studio/a.tsx", 'import type { Decision } from "../engine/decision.ts"; import { assertNever } from "../engine/problem.ts";'],
    ["src/cli/a.ts", 'import { x } from "../gate/x.ts"; import type { Y } from "../engine/y.ts";'],
    ["src/main.ts", 'import { x } from "./store/x.ts"; import { y } from "./config.ts"; import { z } from "./serve.ts";'],
    ["src/serve.ts", 'import { x } from "./store/x.ts"; import { y } from "./studio/y.ts";'],
  ])("%s may say %s", (path, text) => expect(tableViolations([file(path, text)])).toEqual([]));

  it("between doors are named, types too", () => {
    expect(doorViolations([file("src/bot/a.ts", 'import type { X } from "../studio/x.ts";')])).toEqual([
      "src/bot/a.ts:1 door bot imports door studio",
    ]);
    expect(doorViolations([file("src/bot/a.ts", 'import { X } from "./x.ts"; import { y } from "hono";')])).toEqual([]);
  });

  it("that go in circles are named", () => {
    const circle = [
      file("src/engine/a.ts", 'import { b } from "./b.ts";'),
      file("src/engine/b.ts", 'import type { C } from "../report/c.ts";'),
      file("src/report/c.ts", 'import { a } from "../engine/a.ts";'),
    ];
    expect(fileCycles(circle)).toEqual(["src/engine/a.ts -> src/engine/b.ts -> src/report/c.ts -> src/engine/a.ts"]);
    expect(folderCycles(circle)).toEqual(["engine -> report -> engine"]);
    expect(fileCycles(circle.slice(0, 2))).toEqual([]);
    expect(folderCycles(circle.slice(0, 2))).toEqual([]);
  });
});

describe("banned uses", () => {
  it.each([
    ["src/engine/a.ts", "const t = Date.now();"],
    ["src/engine/a.ts", "const t = new Date();"],
    ["src/engine/a.ts", "const t = new Date;"],
    ["src/engine/a.ts", "const t = Date();"],
    ["src/engine/a.ts", "const t = Math.random();"],
    ["src/engine/a.ts", 'import { randomUUID } from "node:crypto";'],
    ["src/engine/a.ts", "const t = process.env;"],
    ["src/engine/a.ts", "export async function f(): number { return 1; }"],
    ["src/engine/a.ts", "const t = f(await g);"],
    ["src/engine/a.ts", "setTimeout(f, 1);"],
    ["src/engine/a.ts", "console.log(1);"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    ["src/engine/a.ts", "const t = `at ${Date.now()}`;"],
    ["src/report/a.ts", "const t = Date.now();"],
    ["src/gate/a.ts", "const t = new Date();"],
    ["src/store/a.ts", "console.error(1);"],
    ["src/studio/a.tsx", "console.error(1);"],
    ["src/store/a.ts", "export default 1;"],
    ["test/engine/a.test.ts", "const a = 1; export { a as default };"],
  ])("%s may not say %s", (path, text) => expect(bannedUses([file(path, text)])).toHaveLength(1));

  it.each([
    ["src/engine/a.ts", "// await process.exit at Date.now()\nconst t = 'await Date.now()';"],
    ["src/engine/a.ts", "const t = new Date(asOf); const u = Date.parse(asOf);"],
    ["src/engine/a.ts", "interface P { readonly process: string; console?: string } const x = p.process;"],
    ["src/cli/a.ts", "console.log(1);"],
    ["src/main.ts", "console.error(new Date(), await f());"],
    ["src/store/a.ts", 'export { default as x } from "./x.ts"; import { y as default_ } from "./y.ts";'],
  ])("%s may say %s", (path, text) => expect(bannedUses([file(path, text)])).toEqual([]));

  it("keep values out of the ports", () => {
    expect(portValues([file("src/gate/ports/a.ts", "export function f(): void {}")])).toHaveLength(1);
    expect(portValues([file("src/gate/ports.ts", "export class Thing {}")])).toHaveLength(1);
    expect(portValues([file("src/gate/ports/a.ts", "export const f = () => 1;")])).toHaveLength(1);
    const good = 'export interface A {} export class E extends Error {} export type B = A; export const WORKTREE = "WORKTREE";';
    expect(portValues([file("src/gate/ports/a.ts", good), file("src/gate/b.ts", "export function f(): void {}")])).toEqual([]);
  });
});

describe("layout", () => {
  it("knows a file of 300 lines from one of 301", () => {
    expect(tooLong([file("a.ts", "x\n".repeat(300))])).toEqual([]);
    expect(tooLong([file("a.ts", "x\n".repeat(301))])).toEqual(["a.ts has 301 lines, more than 300"]);
  });
  it("takes the median", () => {
    const files = [300, 101, 90, 5].map((lines) => file(`${lines}.ts`, "x\n".repeat(lines)));
    expect(medianLines(files)).toBe(95.5);
    expect(medianLines(files.slice(0, 3))).toBe(101);
  });
  it("refuses vague names", () =>
    expect(vagueNames(["src/a/utils.ts", "src/common/a.ts", "src/helper.ts", "src/commonmark.ts"])).toEqual([
      "src/a/utils.ts",
      "src/common/a.ts",
      "src/helper.ts",
    ]));
  it("refuses unknown names", () => expect(strangers(["engine", "lib"], ["engine", "gate"])).toEqual(["lib"]));
  it("wants a test for every folder", () => {
    const sources = ["src/main.ts", "src/engine/a.ts", "src/engine/policy/b.ts", "src/gate/ports/c.ts", "src/git/d.ts"];
    expect(unmirroredFolders(sources, ["test/engine/a.test.ts", "test/engine/policy.test.ts", "test/git/support.ts"])).toEqual(["src/git"]);
  });
});

describe("documents", () => {
  it("link to what exists", () => {
    const text = "[a](b.md#x) ![p](images/p.png) [c](../LICENSE) [d](#here) [e](https://example.org) `[f](g.md)`\n```\n[h](i.md)\n```\n";
    const has = (path: string): boolean => path === "docs/b.md";
    expect(brokenLinks([file("docs/a.md", text)], has)).toEqual([
      "docs/a.md:1 links to images/p.png, which does not exist",
      "docs/a.md:1 links to ../LICENSE, which does not exist",
    ]);
    expect(brokenLinks([file("README.md", '<img src="docs/x.png" alt="">')], has)).toHaveLength(1);
  });
  it("name scripts that exist", () => {
    const document = file("README.md", "`npm ci && npm run demo`, `npm test`, `npm run -s countersign -- check`, `npm run docker:check`.");
    expect(unknownScripts([document], ["demo", "countersign", "test", "docker:check"])).toEqual([]);
    expect(unknownScripts([document], ["demo"])).toHaveLength(3);
  });
  it("name no machine and no registry", () => {
    const traces = (text: string): number => machineTraces([file("a", text)], ["packages.internal"]).length;
    for (const path of [
      ["work", "main"],
      ["root", "x"],
      ["Users", "ana"],
      ["home", "ana", "x"],
    ])
      expect(traces(`cd /${path.join("/")}`)).toBe(1);
    expect(traces(["https://registry", "npmjs", "org/yaml"].join("."))).toBe(1);
    expect(traces("from packages.internal:4873")).toBe(1);
    const inside = ["example.org", "docs"].map((start) => [start, "work", "x"].join("/")).join(", ");
    expect(traces(`/home/node and /var/lib/countersign, ${inside}, /users/{id}, npm.json`)).toBe(0);
  });
});

describe("package files", () => {
  it("hold the pins exactly", () => {
    expect(loosePins({ dependencies: PINS })).toEqual([]);
    expect(loosePins({ dependencies: { ...PINS, yaml: "^2.9.1" } })).toEqual(["yaml is ^2.9.1 in package.json, not 2.9.1"]);
    expect(loosePins({})).toHaveLength(Object.keys(PINS).length);
  });
  it("lock every package by hash", () => {
    const packages = Object.fromEntries(
      Object.entries(PINS).map(([name, version]) => [`node_modules/${name}`, { version, integrity: "sha512-abc" }]),
    );
    expect(lockProblems({ packages })).toEqual([]);
    expect(lockProblems({ packages: {} })).toEqual(["package-lock.json locks nothing"]);
    const loose = {
      "node_modules/a": { version: "1.0.0", resolved: "somewhere" },
      "node_modules/yaml": { version: "2.9.0", integrity: "sha512-abc" },
    };
    expect(lockProblems({ packages: { ...packages, ...loose } })).toEqual([
      "node_modules/a has no integrity hash",
      "node_modules/a names a download address",
      "yaml is not locked at 2.9.1",
    ]);
  });
});
