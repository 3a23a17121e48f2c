import { describe, expect, test } from "vitest";
import { baseDifferences, differenceText, type FileStanding, leavesAsApproved, standingOf } from "../../src/engine/base-standing.ts";
import type { CompiledContract } from "../../src/engine/contract/finding.ts";

type Field = CompiledContract["objects"][number]["fields"][number];

const FILE = "contracts/customers.odcs.yaml";
const field = (path: string, more: Partial<Field> = {}): Field => ({
  ...{ path, type: "string", tags: [], classification: null, masking: null },
  ...more,
});
const EMAIL = field("email", { tags: ["pii"], classification: "confidential", masking: "hash" });
const contract = (fields: readonly Field[], more: Partial<CompiledContract> = {}): CompiledContract => ({
  ...{ file: FILE, key: "customers", format: "odcs", version: "1.0.0", retention: { days: 30, raw: "30d" } },
  objects: [{ name: "customers", tags: ["gdpr"], fields }],
  ...more,
});
const APPROVED = contract([EMAIL, field("country")]);

function moved(base: readonly CompiledContract[], more: Partial<FileStanding> = {}): readonly string[] {
  return baseDifferences({ file: FILE, approved: [APPROVED], base, head: [], ...more }).map(
    (each) => `${each.lost ? "lost: " : ""}${differenceText(each)}`,
  );
}

describe("T98: the base of a change is held against what was approved", () => {
  test.each([
    ["a tag", contract([{ ...EMAIL, tags: [] }, field("country")]), "email: tag `pii` was approved, and the base lacks it"],
    ["a classification", contract([{ ...EMAIL, classification: null }, field("country")]), "email: classification was approved as"],
    [
      "a masking",
      contract([{ ...EMAIL, masking: "none" }, field("country")]),
      "email: masking was approved as `hash`, and the base says `none`",
    ],
    ["a field", contract([EMAIL]), "country: was approved, and the base lacks it"],
    ["an object", contract([], { objects: [] }), "customers: was approved, and the base lacks it"],
    ["a retention", contract([EMAIL, field("country")], { retention: null }), "retention was approved as `30d`, and the base says nothing"],
  ])("%s that it leaves out is told by name", (_, base, said) => {
    const told = moved([base]);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(said);
    expect(told[0]).toMatch(new RegExp(`^lost: ${FILE}`));
  });

  test.each([
    ["a tag", contract([EMAIL, field("country", { tags: ["pii"] })]), "country: tag `pii` is not approved, and the base holds it"],
    ["a field", contract([EMAIL, field("country"), field("fax")]), "fax: is not approved, and the base holds it"],
    [
      "a type",
      contract([EMAIL, field("country", { type: "integer" })]),
      "country: type was approved as `string`, and the base says `integer`",
    ],
    ["a version", contract([EMAIL, field("country")], { version: "0.9.0" }), "version was approved as `1.0.0`, and the base says `0.9.0`"],
    ["an id", contract([EMAIL, field("country")], { key: "clients" }), "key was approved as `customers`"],
  ])("%s that was approved otherwise is told, and is no loss", (_, base, said) => {
    const told = moved([base]);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(said);
    expect(told[0]).not.toMatch(/^lost/);
  });

  test("a contract that it leaves out, and one that was removed, are told", () => {
    expect(moved([])).toEqual([`lost: ${FILE}: contract \`customers\` was approved, and the base lacks it`]);
    expect(moved([APPROVED], { approved: [] })).toEqual([`${FILE}: contract \`customers\` was removed, and the base still holds it`]);
    expect(moved([APPROVED, APPROVED])).toEqual([`${FILE}: it does not hold as many contracts as were approved`]);
  });

  test("of two fields of one name neither hides the other", () => {
    const twice = [EMAIL, field("email")];
    expect(moved([contract([...twice].reverse())], { approved: [contract(twice)] })).toEqual([]);
    expect(moved([contract([field("email"), field("email")])], { approved: [contract(twice)] })).not.toEqual([]);
    expect(moved([contract([EMAIL])], { approved: [contract(twice)] })).not.toEqual([]);
  });

  test("the same in another order is the same", () => {
    expect(moved([contract([field("country"), EMAIL])])).toEqual([]);
  });

  test("a change leaves what is approved only when it does so in every file", () => {
    const at = { file: FILE, approved: [APPROVED], base: [] };
    const same = { ...at, head: [contract([field("country"), EMAIL])] };
    expect(leavesAsApproved([same])).toBe(true);
    expect(leavesAsApproved([{ ...at, approved: [], head: [] }])).toBe(true);
    expect(leavesAsApproved([same, { ...at, head: [contract([EMAIL])] }])).toBe(false);
  });

  test("what an older version did not tell is not missed; what it told is", () => {
    const { masking: _, ...older } = EMAIL;
    const approved = [contract([older as Field, field("country")])];
    expect(moved([APPROVED], { approved })).toEqual([]);
    expect(moved([contract([{ ...EMAIL, tags: [] }, field("country")])], { approved })).toHaveLength(1);
  });

  test("many are counted, and long names are cut", () => {
    const many = Array.from({ length: 60 }, (_, at) => field(`${"x".repeat(500)}${at}`));
    const standing = standingOf(baseDifferences({ file: FILE, approved: [contract(many)], base: [contract([])], head: [] }));
    expect(standing).toMatchObject({ status: "moved", more: 10 });
    if (standing.status === "moved") expect(standing.differences[0]!.field!.length).toBeLessThanOrEqual(120);
    expect(standingOf([])).toEqual({ status: "stands" });
  });
});
