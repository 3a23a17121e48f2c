import { describe, expect, it } from "vitest";
import { diffContracts } from "../../../../src/engine/contract/diff.ts";
import { brief, diffOf, inputOf } from "../support.ts";

const HEAD = "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\n";

function odcs(fields: string, extra = ""): string {
  return `${HEAD}${extra}schema:\n  - name: t\n    properties:\n${fields}`;
}

describe("a finding", () => {
  it("tells the place, the tags in force and a message, on the head side", () => {
    const diff = diffOf(
      { "a.yaml": odcs("      - name: x\n      - name: y\n        tags: [pii]\n", "tags: [gdpr]\n") },
      { "a.yaml": odcs("      - name: x\n      - name: y\n", "tags: [gdpr]\n") },
    );
    expect(diff.findings).toHaveLength(1);
    expect(diff.findings[0]).toMatchObject({
      code: "tag.removed",
      severity: "block",
      weight: "loss",
      contract: "a.yaml",
      format: "odcs",
      object: "t",
      field: "y",
      tagsBefore: ["gdpr", "pii"],
      tagsAfter: ["gdpr"],
      before: "pii",
      after: null,
      message: "tag `pii` removed",
      file: "a.yaml",
      line: 10,
      column: 9,
      side: "head",
    });
    expect(diff.findings[0]!.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it("quotes the base side when the head side is gone", () => {
    const finding = diffOf(
      { "a.yaml": odcs("      - name: x\n      - name: y\n        tags: [pii]\n") },
      { "a.yaml": odcs("      - name: x\n") },
    ).findings.find(({ code }) => code === "field.removed");
    expect(finding).toMatchObject({ side: "base", line: 9 });
  });

  it("names a likely new name without ever dropping the loss", () => {
    const [finding] = diffOf(
      { "a.yaml": odcs("      - {name: email, logicalType: string, description: how to reach, tags: [pii]}\n") },
      { "a.yaml": odcs("      - {name: contact, logicalType: string, description: how to reach}\n") },
    ).findings.filter(({ code }) => code === "field.removed");
    expect(finding).toMatchObject({ severity: "block", message: "field removed (perhaps renamed to `contact`, which carries no tag)" });
  });

  it("lists unknown classes", () => {
    const [finding] = diffOf(
      { "a.yaml": odcs("      - {name: y, classification: Tier 9}\n") },
      { "a.yaml": odcs("      - {name: y}\n") },
    ).findings;
    expect(finding!.unknownClasses).toEqual(["unknown:tier 9"]);
  });

  it("never shows examples, and shows invisible characters as code points", () => {
    const diff = diffOf(
      { "a.yaml": odcs("      - {name: y, tags: [pii]}\n") },
      { "a.yaml": odcs('      - {name: y, tags: ["pii\u200b"], examples: [jane@example.org]}\n') },
    );
    // The made-up object ids of these tests hold the text itself; a real one is a hash.
    const told = { ...diff, files: diff.files.map(({ baseBlob: _base, headBlob: _head, ...file }) => file) };
    expect(JSON.stringify(told)).not.toContain("jane@");
    const examples = diff.findings.find(({ code }) => code === "examples.changed");
    expect(examples?.message).toBe("examples changed, and examples can hold real data");
    expect(examples?.before).toMatch(/^0 examples \(/);
    expect(examples?.after).toMatch(/^1 example \(/);
    expect(diff.findings.map(({ message }) => message).join()).toContain("<U+200B>");
  });

  it("names the tags of all fields for rows of a whole object or contract, and never the rows", () => {
    const rows = { ofContract: "examples: [jane@example.org]\n", ofObject: "    examples: [{y: jane@example.org}]\n" };
    const text = odcs("      - {name: x}\n      - {name: y, tags: [pii]}\n");
    const diff = diffOf(
      { "a.yaml": text },
      { "a.yaml": text.replace("schema:", `${rows.ofContract}schema:`).replace("    properties", `${rows.ofObject}    properties`) },
    );
    expect(diff.findings.map(brief).sort()).toEqual(["block examples.changed", "block examples.changed t"]);
    for (const finding of diff.findings) expect(finding).toMatchObject({ tagsBefore: ["pii"], tagsAfter: ["pii"], field: null });
    // The made-up object ids of these tests hold the text itself; a real one is a hash.
    const told = { ...diff, files: diff.files.map(({ baseBlob: _base, headBlob: _head, ...file }) => file) };
    expect(JSON.stringify(told)).not.toContain("jane@");
  });

  it("a free label is told, and does not block", () => {
    const diff = diffOf({ "a.yaml": odcs("      - {name: y, tags: [team-a]}\n") }, { "a.yaml": odcs("      - {name: y}\n") });
    expect(diff.findings.map(brief)).toEqual(["warn tag.removed t.y"]);
    expect(diff.findings[0]!.tagsBefore).toEqual(["team-a"]);
  });
});

describe("shape", () => {
  it.each([
    ["physicalType: varchar(10)", "physicalType: varchar(20)", ["info type.widened t.y"]],
    ["physicalType: varchar(20)", "physicalType: varchar(10)", ["break type.changed t.y"]],
    ["physicalType: int", "physicalType: bigint", ["info type.widened t.y"]],
    ["logicalType: string", "logicalType: integer", ["break type.changed t.y"]],
    ["logicalType: string", "logicalType: integer, tags: [pii]", ["block type.changed t.y", "info tag.added t.y"]],
    ["required: false", "required: true", ["break required.tightened t.y"]],
    ["required: true", "required: false", ["warn required.loosened t.y"]],
    ["required: true, tags: [pii]", "required: false, tags: [pii]", ["block required.loosened t.y"]],
    ["unique: true", "unique: false", ["warn unique.loosened t.y"]],
    ["primaryKey: false", "primaryKey: true", ["break primaryKey.tightened t.y"]],
    ["enum: [{value: a}, {value: b}]", "enum: [{value: a}, {value: c}]", ["break enum.value_removed t.y", "warn enum.value_added t.y"]],
    ["logicalTypeOptions: {maxLength: 5}", "logicalTypeOptions: {maxLength: 9}", ["info constraints.loosened t.y"]],
    ["logicalTypeOptions: {maxLength: 5}", "logicalTypeOptions: {maxLength: 4}", ["break constraints.tightened t.y"]],
    ["logicalTypeOptions: {}", "logicalTypeOptions: {pattern: x}", ["break constraints.tightened t.y"]],
    ["authoritativeDefinitions: [{url: a, type: t}]", "authoritativeDefinitions: [{url: b, type: t}]", ["warn tag.origin_changed t.y"]],
    ["quality: [{metric: a}, {metric: b}]", "quality: [{metric: a}]", ["warn quality.removed t.y"]],
    ["quality: [{metric: a}]", "quality: [{metric: a, mustBe: 3}]", ["warn quality.relaxed t.y"]],
  ])("%s to %s", (before, after, expected) => {
    const found = diffOf(
      { "a.yaml": odcs(`      - {name: y, ${before}}\n`) },
      { "a.yaml": odcs(`      - {name: y, ${after}}\n`) },
    ).findings;
    expect(
      found
        .filter(({ code }) => code !== "version.not_bumped_on_break")
        .map(brief)
        .sort(),
    ).toEqual([...expected].sort());
  });

  it("a break asks for a new version", () => {
    const bumped = odcs("      - {name: y, required: true}\n").replace("1.0.0", "2.0.0");
    const same = diffOf({ "a.yaml": odcs("      - {name: y}\n") }, { "a.yaml": odcs("      - {name: y, required: true}\n") });
    expect(same.findings.map(({ code }) => code)).toContain("version.not_bumped_on_break");
    expect(diffOf({ "a.yaml": odcs("      - {name: y}\n") }, { "a.yaml": bumped }).findings.map(({ code }) => code)).not.toContain(
      "version.not_bumped_on_break",
    );
  });
});

describe("the rest of the facts", () => {
  it("counts mass loss per contract", () => {
    const fields = (tags: string) =>
      ["a", "b", "c", "d"].map((name) => `      - {name: ${name}${name === "d" ? ", tags: [pii]" : tags}}\n`).join("");
    expect(diffOf({ "a.yaml": odcs(fields(", tags: [pii]")) }, { "a.yaml": odcs(fields("")) }).losses).toEqual([
      { contract: "a.yaml", taggedAtBase: 4, lost: 3 },
    ]);
    expect(diffOf({ "a.yaml": odcs(fields(", tags: [pii]")) }, {}).losses).toEqual([{ contract: "a.yaml", taggedAtBase: 4, lost: 4 }]);
    expect(diffOf({ "a.yaml": odcs(fields(""), "tags: [pii]\n") }, { "a.yaml": odcs(fields("")) }).losses).toEqual([
      { contract: "a.yaml", taggedAtBase: 4, lost: 3 },
    ]);
  });

  it("environments of both sides, and the contracts at head in compiled form", () => {
    const server = (environment: string) => `servers: [{server: s, type: s3, environment: ${environment}}]\n`;
    const diff = diffOf(
      { "a.yaml": odcs("", server("prod")) },
      { "a.yaml": odcs("      - {name: y, physicalType: varchar(3), tags: [pii, x], encryptedName: z}\n", server("dev")) },
    );
    expect(diff.environments).toEqual(["dev", "prod"]);
    expect(diff.contracts).toEqual([
      {
        file: "a.yaml",
        key: "c",
        format: "odcs",
        version: "1.0.0",
        retention: null,
        objects: [
          {
            name: "t",
            tags: [],
            fields: [{ path: "y", type: "varchar(3)", tags: ["pii", "x"], classification: null, masking: 'encryptedName="z"' }],
          },
        ],
      },
    ]);
  });

  it("a file that was announced and not handed in is unreadable, never absent", () => {
    const input = inputOf({ "a.yaml": odcs("") }, { "a.yaml": odcs("") });
    expect(diffContracts({ ...input, head: [] }).findings.map(brief)).toEqual(["block contract.unparseable"]);
    expect(diffContracts({ ...input, base: [] }).findings.map(brief)).toEqual(["block contract.repaired"]);
  });

  it("a contract outside the governed paths is an advisory", () => {
    expect(diffOf({}, {}, { "drafts/a.yaml": odcs("") }).warnings).toMatchObject([
      { code: "E003", file: "drafts/a.yaml", severity: "warning" },
    ]);
  });

  it("a crowd of files under one id is not paired, and counts as gone", () => {
    const crowd = (name: string) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${name}${index}.yaml`, odcs("      - {name: y, tags: [pii]}\n")]));
    const diff = diffOf(crowd("a"), crowd("b"));
    expect(diff.findings.filter(({ code }) => code === "contract.deleted")).toHaveLength(30);
  });
});

describe("a change of everything", () => {
  // All with all would be millions of comparisons here: the test would run into its time limit.
  it("is compared in about linear work: renamed fields, renamed objects, objects of one name in many files", () => {
    const many = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join("");
    const field = (name: string) => (index: number) => `      - name: ${name}${index}\n        tags: [pii]\n`;
    const renamed = diffOf({ "a.yaml": odcs(many(4000, field("a"))) }, { "a.yaml": odcs(many(4000, field("b"))) });
    expect(renamed.findings.filter(({ code, severity }) => code === "field.removed" && severity === "block")).toHaveLength(4000);

    const objects = (name: string) => `${HEAD}schema:\n${many(3000, (index) => `  - name: ${name}${index}\n    tags: [pii]\n`)}`;
    const gone = diffOf({ "a.yaml": objects("a") }, { "a.yaml": objects("b") });
    expect(gone.findings.filter(({ code }) => code === "tag.scope_removed")).toHaveLength(3000);

    const folder = (name: string) =>
      Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [`${name}${index}.yaml`, odcs(field("x")(0)).replace("id: c", `id: ${name}${index}`)]),
      );
    const moved = diffOf(folder("a"), folder("b"));
    expect(moved.findings.filter(({ code }) => code === "contract.deleted")).toHaveLength(300);
  });
});
