import { describe, expect, it } from "vitest";
import { copyFindings } from "../../../../src/engine/contract/lineage/copies.ts";
import { brief, diffOf, type Tree } from "../support.ts";

const contract = (id: string, ...properties: readonly string[]) =>
  `kind: DataContract\napiVersion: v3.1.0\nid: ${id}\nschema:\n  - name: t\n    properties:\n${properties.map((each) => `      - ${each}\n`).join("")}`;
const TAGGED = contract("c", "{name: email, tags: [pii]}", "{name: x}");

/** Findings about copies when `base` becomes `head` and `rest` stays. */
function copiesIn(base: Tree, head: Tree, rest: Tree) {
  const { lineage, ...diff } = diffOf(base, head);
  return copyFindings({ ...diff, base: lineage.base, standing: [...diffOf({}, rest).lineage.head, ...lineage.head] });
}

describe("a contract under the id of another one that stays", () => {
  it("must carry its tags where it declares the same field", () => {
    const found = copiesIn({}, { "v2.yaml": contract("c", "{name: y}", "{name: email}") }, { "v1.yaml": TAGGED });
    expect(found.map((each) => `${brief(each)} ${each.line}: ${each.message}`)).toEqual([
      "block copy.untagged t.email 8: tag `pii` is missing, which `v1.yaml` of the same id carries here",
    ]);
    expect(found[0]).toMatchObject({ contract: "v2.yaml", tagsBefore: ["pii"], tagsAfter: [], weight: "exposure" });
  });

  it("also when a contract that is there takes the id, and when the other one is part of the change", () => {
    const bare = (id: string) => contract(id, "{name: email}");
    expect(copiesIn({ "b.yaml": bare("b") }, { "b.yaml": bare("c") }, { "v1.yaml": TAGGED }).map(brief)).toEqual([
      "block copy.untagged t.email",
    ]);
    expect(copiesIn({ "v1.yaml": TAGGED }, { "v1.yaml": `${TAGGED}# `, "b.yaml": bare("c") }, {}).map(brief)).toEqual([
      "block copy.untagged t.email",
    ]);
  });

  it("also for a field that comes to it later, and for no other", () => {
    const base = { "v2.yaml": contract("c", "{name: x}", "{name: phone}") };
    const head = { "v2.yaml": contract("c", "{name: x}", "{name: phone}", "{name: email}") };
    const rest = { "v1.yaml": contract("c", "{name: email, tags: [pii]}", "{name: phone, tags: [pii]}") };
    expect(copiesIn(base, head, rest).map(brief)).toEqual(["block copy.untagged t.email"]);
    expect(copiesIn({}, { "v2.yaml": contract("c", "{name: x}") }, rest)).toEqual([]);
    const renamed = (name: string) => ({ "v2.yaml": contract("c", `{name: ${name}, id: e}`) });
    expect(copiesIn(renamed("x"), renamed("email"), rest).map(brief)).toEqual(["block copy.untagged t.email"]);
  });

  it.each<[string, Tree, Tree, Tree]>([
    ["it carries them", {}, { "v2.yaml": TAGGED }, { "v1.yaml": TAGGED }],
    [
      "it carries what is stronger",
      {},
      { "v2.yaml": contract("c", "{name: email, tags: [phi]}") },
      { "v1.yaml": contract("c", "{name: email, tags: [pii]}") },
    ],
    ["it leaves the field out", {}, { "v2.yaml": contract("c", "{name: x}") }, { "v1.yaml": TAGGED }],
    ["it has another id", {}, { "v2.yaml": contract("d", "{name: email}") }, { "v1.yaml": TAGGED }],
    [
      "it had the id before",
      { "v2.yaml": contract("c", "{name: email}") },
      { "v2.yaml": contract("c", "{name: email}", "{name: z}") },
      { "v1.yaml": TAGGED },
    ],
    ["neither has an id", {}, { "b.avsc": "{}" }, {}],
  ])("is told nothing of when %s", (_, base, head, rest) => expect(copiesIn(base, head, rest)).toEqual([]));
});
