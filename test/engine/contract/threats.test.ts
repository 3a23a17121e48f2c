import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digest } from "../../../src/engine/canonical.ts";
import { sortChangedFiles } from "../../../src/engine/contract/governed.ts";
import { foldPath, pathTrick } from "../../../src/engine/contract/path-tricks.ts";
import { decide } from "../../../src/engine/decide.ts";
import { globProblem, matchesGlob } from "../../../src/engine/policy/glob.ts";
import { visible } from "../../../src/report/visible.ts";
import { approvedBy, diff, facts } from "../policy/build.ts";
import { brief, diffOf, type Tree } from "./support.ts";

const PATH = "contracts/c.yaml";
const field = (name: string, rest = "") => `      - { name: ${name}, logicalType: string${rest} }\n`;
const contract = (...fields: readonly string[]) =>
  `kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nstatus: active\nschema:\n  - name: customers\n    properties:\n${fields.join("")}`;
const TAGGED = contract(field("email", ", tags: [pii]"));
const codes = (base: Tree, head: Tree, outside: Tree = {}) => diffOf(base, head, outside).findings.map(brief);
const blocks = (base: Tree, head: Tree, outside: Tree = {}) => {
  const { findings, unparseable } = diffOf(base, head, outside);
  return unparseable.length > 0 || findings.some(({ severity }) => severity === "block");
};

describe("what was changed", () => {
  test("T32 a tag stripped together with a change of its field is a loss of the highest class", () => {
    expect(codes({ [PATH]: TAGGED }, { [PATH]: contract(field("email", ", description: new")) })).toContain(
      "block tag.removed customers.email",
    );
  });

  test("T33 a tagged field that disappears beside an untagged twin needs an approval, whatever the twin is called", () => {
    for (const twin of ["email2", "e_mail", "contact"])
      expect(blocks({ [PATH]: TAGGED }, { [PATH]: contract(field(twin)) }), twin).toBe(true);
  });

  test("T34 leaving the governed paths is a governed change", () => {
    const found = codes({ [PATH]: TAGGED }, {}, { "attic/c.yaml": contract(field("email")) });
    expect(found).toContain("block contract.left_governed_path");
  });

  test.each([
    ["a dot segment", "contracts/./c.yaml"],
    ["an empty segment", "contracts//c.yaml"],
    ["a way up", "contracts/../c.yaml"],
    ["a backslash", "contracts\\c.yaml"],
    ["a trailing dot", "contracts/c.yaml."],
    ["a trailing blank", "contracts/c.yaml "],
    ["NUL", "contracts/c\0.yaml"],
    ["too long", `contracts/${"x".repeat(1100)}.yaml`],
    ["decomposed letters", "contracts/cafe\u0301.yaml"],
    ["right-to-left", "contracts/c\u202Elmay.yaml"],
    ["zero width", "contracts/c\u200B.yaml"],
    [".GIT", "contracts/.GIT/c.yaml"],
    ["a lone surrogate", "contracts/\uD800.yaml"],
  ])("T35 a governed path with %s blocks", (_, path) => {
    expect(pathTrick(path)).not.toBeNull();
    const changed = { path, baseMode: null, baseBlob: null, headMode: "100644", headBlob: "h" };
    expect(sortChangedFiles([changed], { include: ["contracts/**", "contracts\\*"], exclude: [] }).problems).not.toEqual([]);
  });

  test("T35 paths that a case-folding or compatibility-folding clone takes for one are refused together", () => {
    const folds = fc.constantFrom<(path: string) => string>(
      (path) => path.toUpperCase(),
      (path) => path.replace("c", "\uFF43"),
      (path) => `${path}`.replace("contracts", "Contracts"),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}$/), folds, (name, fold) => {
        const paths = [`contracts/${name}.yaml`, fold(`contracts/${name}.yaml`)];
        fc.pre(paths[0] !== paths[1]);
        expect(foldPath(paths[0]!)).toBe(foldPath(paths[1]!));
        const files = paths.map((path) => ({ path, baseMode: null, baseBlob: null, headMode: "100644", headBlob: "h" }));
        expect(sortChangedFiles(files, { include: ["contracts/**"], exclude: [] }).problems.length).toBeGreaterThan(0);
      }),
    );
  });

  test.each(["120000", "160000"])("T36 a contract that becomes mode %s blocks", (mode) => {
    expect(codes({ [PATH]: TAGGED }, { [PATH]: { mode } })).toContain("block contract.not_regular_file");
  });

  test("T36 an LFS pointer in place of a contract blocks", () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 10\n";
    expect(codes({ [PATH]: TAGGED }, { [PATH]: pointer })).toContain("block contract.not_regular_file");
  });

  const OBJECT = `oid sha256:${"a".repeat(64)}\nsize 10\n`;
  test.each([
    ["after an empty line", `\nversion https://git-lfs.github.com/spec/v1\n${OBJECT}`],
    ["after blanks", ` \r\n\t version https://git-lfs.github.com/spec/v1\n${OBJECT}`],
    ["after an extension", `ext-0-x sha256:${"b".repeat(64)}\nversion https://git-lfs.github.com/spec/v1\n${OBJECT}`],
    ["under its name from before the first release", `version https://hawser.github.com/spec/v1\n${OBJECT}`],
    ["under its first name", `version http://git-media.io/v/2\n${OBJECT}`],
  ])("T36 a new file blocks that git-lfs takes for a pointer %s", (_, pointer) => {
    expect(codes({}, { [PATH]: pointer })).toEqual(["block contract.not_regular_file"]);
    expect(codes({ [PATH]: pointer }, { [PATH]: TAGGED })).toContain("block contract.repaired");
  });

  test("T36 a contract that only speaks of a pointer is read", () => {
    const spoken = `# version https://git-lfs.github.com/spec/v1\n${TAGGED}`;
    expect(codes({ [PATH]: spoken }, { [PATH]: spoken.replace(", tags: [pii]", "") })).toContain("block tag.removed customers.email");
  });

  test("T37 attributes that hide a diff from people are a governed change", () => {
    const changed = { path: "contracts/.gitattributes", baseMode: null, baseBlob: null, headMode: "100644", headBlob: "h" };
    const sorted = sortChangedFiles([changed], { include: ["contracts/**"], exclude: ["**/.gitattributes"] });
    expect(sorted.governance).toEqual([changed]);
    expect(decide(facts({ ...approvedBy("bob"), diff: diff([]), governanceFiles: sorted.governance })).state).toBe("pending_approval");
  });

  test("T39 an empty file is not an absent one, and neither is one that cannot be read", () => {
    expect(codes({ [PATH]: TAGGED }, {})).toContain("block contract.deleted");
    expect(blocks({ [PATH]: TAGGED }, { [PATH]: "" })).toBe(true);
    expect(codes({ [PATH]: TAGGED }, { [PATH]: "" })).not.toContain("block contract.deleted");
    expect(diffOf({ [PATH]: TAGGED }, { [PATH]: TAGGED.slice(0, -6) }).unparseable).not.toEqual([]);
  });

  test.each([
    ["duplicate keys", TAGGED.replace("status: active", "status: active\nstatus: active")],
    ["a duplicate list name", contract(field("email", ", tags: [pii]"), field("email"))],
    ["two documents", `${TAGGED}---\n${TAGGED}`],
    ["a custom tag", TAGGED.replace("id: c", "id: !evil c")],
    ["tabs as indentation", TAGGED.replace("    properties", "\tproperties")],
    ["NUL", TAGGED.replace("id: c", "id: c\0")],
    ["deep nesting", `${"[".repeat(1500)}`],
    ["an alias bomb", `a: &a [x,x]\n${"bcdefghijk".replace(/./g, (c, i) => `${c}: &${c} [${`*${"abcdefghijk"[i]},`.repeat(9)}]\n`)}`],
    ["half a character", TAGGED.replace("id: c", 'id: "\\ud800"')],
  ])("T40 YAML with %s fails closed", (_, head) => {
    expect(blocks({ [PATH]: TAGGED }, { [PATH]: head })).toBe(true);
  });

  test("T40 a merge key and an anchor far away take the tag with them, and are seen", () => {
    const anchored = (tags: string) => `x: &t ${tags}\n${contract(field("email", ", tags: *t"))}`;
    expect(blocks({ [PATH]: anchored("[pii]") }, { [PATH]: anchored("[]") })).toBe(true);
    const proto = `${TAGGED}__proto__: { polluted: true }\n`;
    diffOf({ [PATH]: TAGGED }, { [PATH]: proto });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test.each([`${"*".repeat(17)}a`, `{${"a,".repeat(40)}}`, `${"{a,b}".repeat(12)}`, "+(a|b)*(c|d)", "{1..100000}", "a".repeat(300)])(
    "T41 the glob %s is refused, and matches nothing",
    (glob) => {
      expect(globProblem(glob)).not.toBeNull();
      expect(matchesGlob(glob, "a".repeat(200))).toBe(false);
    },
  );

  test("T41 what is allowed cannot be made to backtrack: its cost is bounded by its caps", () => {
    const worst = `${"**/*a".repeat(5)}/b`;
    expect(globProblem(worst)).toBeNull();
    expect(matchesGlob(worst, `${"a/".repeat(60)}c`)).toBe(false);
  });

  test("T42 text that deceives the eye is shown with its code points", () => {
    for (const text of ["em\u202Eail", "e\u200Bmail", "\u0435mail"]) expect(visible(text), text).toMatch(/U\+[0-9A-F]{4}/);
    for (const honest of ["email", "größe", "почта", "电子邮件"]) expect(visible(honest)).toBe(honest);
  });

  test("T42 a class in other letters is the class it looks like, or an unknown one: never none", () => {
    const disguised = contract(field("email", ', tags: ["p\u0456i"]'));
    expect(blocks({ [PATH]: disguised }, { [PATH]: contract(field("email")) })).toBe(true);
  });

  test("T43 no two values share a digest, and no value shares one with itself in another role", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const same = JSON.stringify(sortKeys(left)) === JSON.stringify(sortKeys(right));
        expect(digest("countersign/content/v1", left) === digest("countersign/content/v1", right)).toBe(same);
        expect(digest("countersign/content/v1", left)).not.toBe(digest("countersign/findings/v1", left));
      }),
    );
    expect(digest("countersign/content/v1", ["ab", "c"])).not.toBe(digest("countersign/content/v1", ["a", "bc"]));
    expect(digest("countersign/content/v1", { a: 1, b: 2 })).toBe(digest("countersign/content/v1", { b: 2, a: 1 }));
  });
});

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sortKeys(each)]),
  );
}
