import { describe, expect, it } from "vitest";
import { isSameField } from "../../../../src/engine/contract/diff/same-field.ts";
import type { Field, Tag } from "../../../../src/engine/contract/model.ts";
import { blankContract, blankField } from "../../../../src/engine/contract/readers/build.ts";

const pos = { line: 1, column: 1 };
const tag: Tag = {
  key: "pii",
  value: "true",
  raw: "pii",
  carrier: "tags",
  scope: "field",
  pos,
  via: [],
  opaque: false,
  known: true,
  classifies: true,
};
const whole: Field = {
  ...blankField("t", ["a", "b"], pos),
  type: { logical: "string", physical: "varchar", params: { size: "3" }, ref: null, item: null },
  constraints: { minLength: "1" },
  tags: [tag],
  enum: ["x"],
};

function owned(field: Field, object = "t") {
  const within = { name: object, stableId: null, physicalName: null, description: null, tags: [], quality: [], examples: [], pos };
  return { contract: blankContract("odcs", "a.yaml", pos), object: { ...within, fields: [field] }, field };
}

describe("a field that says the same", () => {
  it("may stand elsewhere in its file", () => {
    const elsewhere = { line: 9, column: 3 };
    expect(isSameField(owned(whole), owned({ ...structuredClone(whole), pos: elsewhere, tags: [{ ...tag, pos: elsewhere }] }))).toBe(true);
  });

  it.each(Object.keys(whole).filter((key) => key !== "pos") as (keyof Field)[])("is another with another %s", (key) => {
    for (const other of ["another", ["another"], null, undefined, 7].filter((each) => JSON.stringify(each) !== JSON.stringify(whole[key])))
      expect(isSameField(owned(whole), owned({ ...whole, [key]: other } as Field)), String(other)).toBe(false);
  });

  it.each(Object.keys(tag).filter((key) => key !== "pos") as (keyof Tag)[])("is another with another %s of a tag", (key) => {
    expect(isSameField(owned(whole), owned({ ...whole, tags: [{ ...tag, [key]: "another" }] as readonly Tag[] }))).toBe(false);
  });

  it("is another in another object, with one tag more or less, and with a key that only one side has", () => {
    expect(isSameField(owned(whole), owned(whole, "u"))).toBe(false);
    expect(isSameField(owned(whole), owned({ ...whole, tags: [] }))).toBe(false);
    expect(isSameField(owned({ ...whole, tags: [] }), owned(whole))).toBe(false);
    expect(isSameField(owned(whole), owned({ ...whole, more: 1 } as Field))).toBe(false);
    expect(isSameField(owned({ ...whole, more: 1 } as Field), owned(whole))).toBe(false);
    expect(isSameField(owned(whole), owned({ ...whole, type: { ...whole.type, params: { size: "4" } } }))).toBe(false);
  });
});
