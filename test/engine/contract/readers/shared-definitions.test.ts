import { describe, expect, it } from "vitest";
import { brief, diffOf } from "../support.ts";

const HEAD = "dataContractSpecification: 1.1.0\nid: d\ninfo: {title: d, version: 1.0.0}\n";
const library = (email: string, models = "") => `${HEAD}${models}definitions:\n  email: {${email}}\n  note: {type: string}\n`;

function told(before: string, after: string) {
  return diffOf({ "contracts/d.yaml": before }, { "contracts/d.yaml": after }).findings.map(brief);
}

describe("a definition that only other files take over", () => {
  const other = "models: {m: {fields: {id: {$ref: '#/definitions/note'}}}}\n";
  const overridden = "models: {m: {fields: {e: {$ref: '#/definitions/email', pii: true}}}}\n";
  const taken = "models: {m: {fields: {e: {$ref: '#/definitions/email'}}}}\n";
  it.each([
    ["in a file without models", library("type: string, pii: true"), library("type: string"), "block field.removed (definitions).email"],
    ["beside models", library("type: text, pii: true", other), library("type: text", other), "block field.removed (definitions).email"],
    [
      "beside a field that has the tag itself",
      library("pii: true", overridden),
      library("", overridden),
      "block field.removed (definitions).email",
    ],
    ["gone", library("pii: true"), `${HEAD}definitions:\n  note: {type: string}\n`, "block field.removed (definitions).email"],
    [
      "in a folder",
      `${HEAD}definitions: {contact: {email: {pii: true}}}\n`,
      `${HEAD}definitions: {contact: {email: {pii: false}}}\n`,
      "block field.removed (definitions).contact.email",
    ],
    ["that a field takes as it is, told there alone", library("pii: true", taken), library("", taken), "block tag.removed m.e"],
  ])("%s", (_name, before, after, finding) => {
    expect(told(before, after).filter((each) => !each.includes("version.not_bumped"))).toEqual([finding]);
  });

  it.each([
    ["a class", "email: {classification: restricted}\n", "email: {}\n"],
    ["a type of the Data Contract Specification", "email: {type: text, tags: [pii]}\n", "email: {type: text, tags: []}\n"],
    ["a marker alone", "email: {pii: true}\nnote: {type: string}\n", "email: {pii: false}\nnote: {type: string}\n"],
  ])("in a file of nothing but definitions, with %s", (_name, before, after) => {
    expect(told(before, after)).toEqual([expect.stringMatching(/^block (tag\.removed|contract\.deleted)/)]);
  });
});
