import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EXIT } from "../src/cli/io.ts";
import { AUDIT_TYPES } from "../src/engine/audit-types.ts";
import { READERS } from "../src/engine/contract/readers/index.ts";
import { defaultConfig } from "../src/engine/policy/defaults.ts";
import { parsePolicySet } from "../src/engine/policy/parse.ts";
import { FORMATS } from "../src/report/index.ts";
import { countersign } from "./support/cli.ts";

/** The documents must stay true: what they show is run. */
const ROOT = join(import.meta.dirname, "..");
const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const read = (name: string) => readFileSync(join(ROOT, name), "utf8");

function blocks(language: string): { readonly where: string; readonly text: string }[] {
  return DOCUMENTS.flatMap((name) =>
    [...read(name).matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map((match, index) => ({
      where: `${name} block ${index + 1}`,
      text: match[1] ?? "",
    })),
  );
}

describe("documents", () => {
  const policies = blocks("yaml").filter(({ text }) => text.startsWith("policies:"));
  test("show at least one policy", () => expect(policies.length).toBeGreaterThan(0));
  test.each(policies)("the policy of $where is valid", ({ text }) => {
    const source = { origin: "repo", kind: "policies", path: "p.yaml", mode: "100644", blob: "b", text, unreadable: null } as const;
    expect(parsePolicySet([source])).toMatchObject({ status: "ok", problems: [] });
  });

  const recipes = policies.filter(({ text }) => text.includes("tests:"));
  test("show at least seven recipes", () => expect(recipes.length).toBeGreaterThanOrEqual(7));
  test.each(recipes)("the tests of $where pass", async ({ text }) => {
    const folder = mkdtempSync(join(tmpdir(), "countersign-recipe-"));
    writeFileSync(join(folder, "p.yaml"), text);
    expect(await countersign(folder, ["policy", "test", "p.yaml"])).toMatchObject({ code: 0, stderr: "" });
    expect(await countersign(folder, ["policy", "lint", "p.yaml", "--strict"])).toMatchObject({ code: 0, stderr: "" });
    rmSync(folder, { recursive: true });
  });

  test("the cases of docs/policies.md hold for the policy that it shows", async () => {
    const page = blocks("yaml").filter(({ where }) => where.startsWith("docs/policies.md"));
    const folder = mkdtempSync(join(tmpdir(), "countersign-recipe-"));
    writeFileSync(join(folder, "p.yaml"), page.find(({ text }) => text.startsWith("policies:"))!.text);
    writeFileSync(join(folder, "p.cases.yaml"), page.find(({ text }) => text.includes("cases:"))!.text);
    expect(await countersign(folder, ["policy", "test", "p.yaml"])).toMatchObject({ code: 0, stderr: "" });
    rmSync(folder, { recursive: true });
  });

  const configurations = blocks("yaml").filter(({ text }) => /^(contracts|vocabulary|teams|override):/.test(text));
  test("show at least one configuration", () => expect(configurations.length).toBeGreaterThan(0));
  test.each(configurations)("the configuration of $where is valid", ({ text }) => {
    const source = { origin: "repo", kind: "config", path: "c.yaml", mode: "100644", blob: "b", text, unreadable: null } as const;
    expect(parsePolicySet([source])).toMatchObject({ status: "ok", problems: [] });
  });

  const commands = blocks("sh")
    .flatMap(({ where, text }) => text.split("\n").map((line) => ({ where, line: line.split("#")[0]?.trim() ?? "" })))
    .filter(({ line }) => line.startsWith("npm run -s countersign -- "));
  test("show at least one command", () => expect(commands.length).toBeGreaterThan(0));
  test.each(commands)("$where: $line is understood", async ({ line }) => {
    const args = line.replace("npm run -s countersign -- ", "").split(/\s+/);
    const run = await countersign(ROOT, args);
    expect(run.code).not.toBe(EXIT.usage);
    expect(run.stderr).not.toContain("unknown");
  });

  test("docs/self-hosting.md names the permissions and events of app.yml, and the variables that are read", () => {
    const page = read("docs/self-hosting.md");
    const app = parse(read("app.yml")) as { default_permissions: Record<string, string>; default_events: string[] };
    const row = (name: string) =>
      [...(new RegExp(`^\\| ${name} \\| (.*) \\|$`, "m").exec(page)?.[1] ?? "").matchAll(/`(\w+)`/g)].map(([, word]) => word).sort();
    const permissions = (level: string) => Object.keys(app.default_permissions).filter((key) => app.default_permissions[key] === level);
    expect(row("read and write")).toEqual(permissions("write").sort());
    expect(row("read")).toEqual(permissions("read").sort());
    expect(row("events")).toEqual([...app.default_events].sort());
    const variables = [...read("src/config.ts").matchAll(/^ {2}([A-Z][A-Z_]+): z/gm)].map(([, name]) => name!);
    variables.push(...[...read("src/gate/station-config.ts").matchAll(/"([A-Z]+(?:_[A-Z]+)+)"/g)].map(([, name]) => name!));
    expect(variables.length).toBeGreaterThan(10);
    expect(variables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test("docs/auditor-guide.md has every kind of event, with what it tells, and no other", () => {
    const section = read("docs/auditor-guide.md").split("## Events\n")[1]!.split("\n## ")[0]!;
    const shown = [...section.matchAll(/^\| `([a-z_.]+)` \| (.*) \|$/gm)].map(([, type, tells]) => [type!, tells!] as const);
    expect(Object.fromEntries(shown)).toEqual(AUDIT_TYPES);
    expect(shown).toHaveLength(Object.keys(AUDIT_TYPES).length);
  });

  test("docs/README.md lists every page", () => {
    const index = read("docs/README.md");
    const pages = DOCUMENTS.filter((name) => name.startsWith("docs/") && name !== "docs/README.md").map((name) => name.slice(5));
    expect(pages.filter((name) => !index.includes(`(${name})`))).toEqual([]);
  });

  test("docs/cli.md names the flags of check, and no others", async () => {
    const help = (await countersign(ROOT, ["check", "--help"])).stdout;
    const flags = (text: string) => new Set([...text.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag));
    const section = /## `check`\n([\s\S]*?)\n## /.exec(read("docs/cli.md"))?.[1] ?? "";
    const real = flags(help);
    real.delete("--help");
    expect([...flags(section)].sort()).toEqual([...real].sort());
  });

  test("docs/policies.md shows the patterns that hold by default", () => {
    const shown = /^contracts:\n {2}include:\n((?: {4}- ".*"\n)+)/m.exec(read("docs/policies.md"))?.[1] ?? "";
    expect([...shown.matchAll(/"(.*)"/g)].map((match) => match[1])).toEqual(defaultConfig.contracts.include);
  });

  test("docs/formats.md has a row for every reader, and README.md names them all", () => {
    const names = { odcs: "ODCS", dcs: "Data Contract Specification", choochoo: "ChooChoo", dbt: "dbt", avro: "Avro", openapi: "OpenAPI" };
    const others = { asyncapi: "AsyncAPI", fides: "Fides", plain: "plain YAML", jsonschema: "JSON Schema", protobuf: "Protocol Buffers" };
    const all: Readonly<Record<string, string>> = { ...names, ...others, graphql: "GraphQL" };
    expect(Object.keys(all).sort()).toEqual(Object.keys(READERS).sort());
    for (const name of Object.values(all)) {
      expect(read("docs/formats.md")).toMatch(new RegExp(`^\\| ${name}`, "m"));
      expect(read("README.md")).toContain(name);
    }
  });

  test("docs/cli.md names the flags of lineage show and of the policy commands, and no others", async () => {
    for (const command of ["lineage show", "policy simulate", "policy test", "policy lint"]) {
      const help = (await countersign(ROOT, [...command.split(" "), "--help"])).stdout;
      const section = new RegExp(`## \`${command}\`\n([\\s\\S]*?)\n## `).exec(read("docs/cli.md"))?.[1] ?? "";
      const options = [...section.matchAll(/^\| (`--.*?) \| /gm)].flatMap((row) => row[1]!.match(/--[a-z][a-z-]+/g) ?? []);
      const real = new Set(help.match(/^ +--[a-z][a-z-]+/gm)?.map((flag) => flag.trim()));
      expect(options.sort(), command).toEqual([...real].sort());
    }
  });

  test("docs/submissions.md shows commands that are understood, with every flag that they have", async () => {
    const lines = read("docs/submissions.md").match(/countersign (?:governance|login|logout|policy push)[^\n`]*/g)!;
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines.map((each) => each.replace(/ > .*| # .*/, ""))) {
      const args = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!).slice(1);
      const run = await countersign(ROOT, [...args.map((each) => (each === "<number>" ? "1" : each)), "--server", "http://127.0.0.1:9"]);
      expect([line, run.stderr]).toEqual([line, expect.not.stringMatching(/error: |unknown|usage:/i)]);
      // Nobody is signed in, and nobody listens: whatever is said is about that.
      expect([line, [EXIT.auth, EXIT.network].includes(run.code as 3 | 4)]).toEqual([line, true]);
    }
  });

  test("docs/cli.md has every format, and no other", () => {
    const section = /## Formats\n([\s\S]*?)\n## /.exec(read("docs/cli.md"))?.[1] ?? "";
    const table = [...section.matchAll(/^\| `([a-z-]+)` \| /gm)].map((match) => match[1]);
    expect(table.sort()).toEqual([...FORMATS].sort());
  });

  test("docs/cli.md has every exit code with its number", () => {
    const table = [...read("docs/cli.md").matchAll(/^\| (\d+) \| /gm)].map((match) => Number(match[1]));
    expect(table.sort((a, b) => a - b)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });
});
