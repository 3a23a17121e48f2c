import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { OFFICIAL, type SchemaName, WRITTEN } from "../../src/engine/contract/official/catalogue.ts";
import { LINEAR_PATTERNS, officialSchemas, readSchema } from "../../src/sandbox/official-schemas.ts";
import { createGitRepository } from "../support/git-repository.ts";

const ROOT = join(import.meta.dirname, "../..");
const filesIn = (folder: string) =>
  readdirSync(join(ROOT, "schemas", folder))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.replace(/\.json$/, ""))
    .sort();
const named = [...new Set(Object.values(OFFICIAL).flatMap(({ lines }) => lines.flatMap(({ schema }) => schema ?? [])))];
const written = named.filter((name) => name in WRITTEN);
/** The others of JSON Schema come with the validator. */
const published = named.filter((name) => !(name in WRITTEN) && (!name.startsWith("json-schema-") || name === "json-schema-draft-04"));
const vendored = [...published, ...written];

describe("schemas on board", () => {
  test.each([
    ["official", published],
    ["standard", written],
  ] as const)("in %s are those that the table names, each with its source in NOTICE", (folder, names) => {
    expect(filesIn(folder)).toEqual([...names].sort());
    const notice = readFileSync(join(ROOT, "schemas", folder, "NOTICE"), "utf8");
    expect(names.filter((name) => !notice.includes(`${name}.json`))).toEqual([]);
  });

  test.each(named)("%s refuses nonsense and names its keys", (name) => {
    const judge = officialSchemas(name);
    expect(judge.first([1]).length).toBeGreaterThan(0);
    expect(judge.all([1]).length).toBeGreaterThan(0);
    expect(officialSchemas(name)).toBe(judge);
  });
});

describe("patterns of the schemas", () => {
  const patterns = [...new Set(vendored.flatMap((name) => patternsOf(readSchema(name))))].sort();

  /** Every pattern was read by a person: in none but those that are replaced does a repetition hold a repetition that may start alike. */
  it("are those that were reviewed", () => expect(patterns).toMatchSnapshot());

  it("end soon on texts that make backtracking explode", () => {
    const attacks = ["a", "0", "_", ".", "/", "a.", "a/", "-", "x-", "~0", "1.", "$", "/a/"].flatMap((unit) =>
      ["", "!", "\n", "#", " "].map((end) => `${unit.repeat(400)}${end}`.slice(0, 1_000)),
    );
    const hostile = [...attacks, ...attacks.flatMap((text) => [`/${text}`, `$message.header#${text}`, `https://${text}`, `3.0.1-${text}`])];
    for (const pattern of patterns) {
      const expression = new RegExp(LINEAR_PATTERNS[pattern] ?? pattern, "u");
      for (const text of hostile) expect(typeof expression.test(text)).toBe("boolean");
    }
  });

  it.each(["", "a", "a.b", "ab.cd.ef", "a..b", ".a", "a.", "1a", "a.1", "a b", "_a._b", "a-b"])(
    "are replaced by what accepts the same: %j",
    (text) => {
      for (const [slow, fast] of Object.entries(LINEAR_PATTERNS))
        expect(new RegExp(fast, "u").test(text)).toBe(new RegExp(slow, "u").test(text));
    },
  );

  it("that are replaced are still there", () => {
    for (const slow of Object.keys(LINEAR_PATTERNS)) expect(patterns).toContain(slow);
  });

  it("do not hang the comparison, and very long texts are not matched", () => {
    const contract = (from: string) => ({
      kind: "DataContract",
      apiVersion: "v3.1.0",
      id: "c",
      version: "1",
      status: "a",
      schema: [{ name: "t", relationships: [{ from, to: "t.a" }] }],
    });
    const judge = officialSchemas("odcs-3.1.0");
    expect(judge.all(contract(`${"a".repeat(60)}!`)).length).toBeGreaterThan(0);
    expect(judge.all(contract(`${"a".repeat(5_000)}!`))).toEqual([]);
  });
});

/** The compiler may write other code than the tests run: `npm run build` comes first. */
test("the built command reads them from wherever it is called", () => {
  const git = createGitRepository();
  try {
    git.commit({ "contracts/c.odcs.yaml": "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nstatus: active\nsatus: 1\n" });
    const printed = execFileSync(process.execPath, [join(ROOT, "dist/app/main.js"), "validate", "--json"], {
      cwd: git.path,
      encoding: "utf8",
    });
    expect(JSON.parse(printed)).toMatchObject([{ line: 6, message: expect.stringContaining("did you mean `status`") }]);
  } finally {
    git.remove();
  }
});

test("nothing is loaded before a schema is asked for", () => {
  const program = `
    import { createRequire } from "node:module";
    import { officialSchemas } from ${JSON.stringify(join(ROOT, "src/sandbox/official-schemas.ts"))};
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("/ajv/"));
    const before = loaded();
    officialSchemas("dcs-1.2.1").first({});
    console.log(before, loaded());
  `;
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })).toBe("false true\n");
});

function patternsOf(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]): readonly string[] => {
    if (key === "pattern" && typeof value === "string") return [value];
    const own = key === "patternProperties" && typeof value === "object" && value !== null ? Object.keys(value) : [];
    return [...own, ...patternsOf(value)];
  });
}

test("the names of the table are the names of files", () => {
  for (const name of vendored satisfies readonly SchemaName[]) expect(readSchema(name)).toHaveProperty("$schema");
});
