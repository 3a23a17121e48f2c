import { describe, expect, it } from "vitest";
import { diffContracts } from "../../../../src/engine/contract/diff.ts";
import { OFFICIAL_BYTES_MAX, OFFICIAL_FILES_MAX } from "../../../../src/engine/contract/official/new-warnings.ts";
import { officialSchemas } from "../../../../src/sandbox/official-schemas.ts";
import { inputOf, type Tree } from "../support.ts";
import { brief, ODCS } from "./judge.ts";

const table = (extra: string) => `${ODCS}schema:\n  - name: t\n    properties:\n      - name: a\n${extra}`;
const BAD = "        logicaltype: string\n";

function warnings(base: Tree, head: Tree): readonly string[] {
  return diffContracts(inputOf(base, head), undefined, officialSchemas).warnings.map(brief);
}

const KEY = "must not have the key `logicaltype` (did you mean `logicalType`?)";

describe("a change is told what it makes worse", () => {
  it.each<[string, Tree, Tree, readonly string[]]>([
    ["a new difference", { "c.yaml": table("") }, { "c.yaml": table(BAD) }, [`10 \`schema.t.properties.a\` ${KEY}`]],
    ["a new contract", {}, { "c.yaml": table(BAD) }, [`10 \`schema.t.properties.a\` ${KEY}`]],
    ["the same difference at another line", { "c.yaml": table(BAD) }, { "c.yaml": `# moved\n${table(BAD)}` }, []],
    [
      "the same difference behind a new sibling",
      { "c.yaml": table(BAD) },
      { "c.yaml": table(BAD).replace("      - name: a", "      - name: b\n      - name: a") },
      [],
    ],
    ["the same contract in another file", { "c.yaml": table(BAD) }, { "d.yaml": table(BAD) }, []],
    [
      "another contract with the same words",
      { "c.yaml": table(BAD) },
      { "c.yaml": table(BAD), "d.yaml": table(BAD).replace("id: c", "id: d") },
      [`10 \`schema.t.properties.a\` ${KEY}`],
    ],
    ["a difference that is gone", { "c.yaml": table(BAD) }, { "c.yaml": table("") }, []],
    [
      "another object of the same contract",
      { "c.yaml": table(BAD) },
      { "c.yaml": `${table(BAD)}  - name: t2\n    properties:\n      - name: a\n${BAD}` },
      [`14 \`schema.t2.properties.a\` ${KEY}`],
    ],
    [
      "the same words once more",
      { "c.yaml": `${ODCS}tags: [{a: 1}]\n` },
      { "c.yaml": `${ODCS}tags: [{a: 1}, {a: 2}]\n` },
      ["6 `tags` must be text, not a mapping"],
    ],
  ])("%s", (_name, base, head, expected) => expect(warnings(base, head)).toEqual(expected));

  it("without schemas nothing is compared", () => {
    expect(diffContracts(inputOf({}, { "c.yaml": table(BAD) })).warnings).toEqual([]);
  });

  it("reads a bounded number of files, and no large one", () => {
    const many = Object.fromEntries(
      Array.from({ length: OFFICIAL_FILES_MAX + 5 }, (_, index) => [`c${index}.yaml`, table(BAD).replace("id: c", `id: c${index}`)]),
    );
    expect(warnings({}, many)).toHaveLength(OFFICIAL_FILES_MAX);
    expect(warnings({}, { "c.yaml": `${table(BAD)}# ${"x".repeat(OFFICIAL_BYTES_MAX)}\n` })).toEqual([]);
  });

  it("changes nothing but the warnings", () => {
    const input = inputOf({ "c.yaml": table("        tags: [pii]\n") }, { "c.yaml": table(BAD) });
    const { warnings: told, ...rest } = diffContracts(input, undefined, officialSchemas);
    const { warnings: none, ...plain } = diffContracts(input);
    expect(rest).toEqual(plain);
    expect([told.length, none.length]).toEqual([1, 0]);
  });
});
