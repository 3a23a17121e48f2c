import { describe, expect, it } from "vitest";
import { brief, diffOf } from "../support.ts";

const HEAD = "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nschema:\n";
const people = (physical: string, tags = "tags: [pii]") =>
  `  - name: people\n    physicalName: ${physical}\n    properties: [{name: email, ${tags}}]\n`;
const notes = (physical: string) => `  - name: notes\n    physicalName: ${physical}\n    properties: [{name: email}]\n`;

function findingsOf(before: string, after: string) {
  return diffOf({ "a.yaml": HEAD + before }, { "a.yaml": HEAD + after }).findings.filter(({ code }) => code === "field.renamed");
}

describe("an object that keeps its name for another table", () => {
  it("is told, with the tags of the fields that now describe other data", () => {
    const found = findingsOf(people("p") + notes("n"), people("n") + notes("p"));
    expect(found.map(brief).sort()).toEqual(["block field.renamed notes", "break field.renamed notes", "break field.renamed people"]);
    expect(found.find(({ object }) => object === "people")).toMatchObject({
      before: "physical name p",
      after: "physical name n",
      tagsBefore: ["pii"],
      tagsAfter: ["pii"],
    });
  });

  it("counts for a table of its own name where one side names none, and only for what is protected", () => {
    const unnamed = (text: string) => text.replace(/ {4}physicalName: .*\n/, "");
    expect(findingsOf(people("p"), unnamed(people("p"))).map(brief)).toEqual(["break field.renamed people"]);
    expect(findingsOf(unnamed(people("p")), people("crm.People"))).toEqual([]);
    expect(findingsOf(notes("n"), unnamed(notes("n")))).toEqual([]);
    expect(findingsOf(people("p"), people("p"))).toEqual([]);
  });
});
