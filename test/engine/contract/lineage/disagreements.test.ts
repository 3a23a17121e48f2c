import { describe, expect, it } from "vitest";
import { lineageFindings } from "../../../../src/engine/contract/lineage/disagreements.ts";
import { buildGraph } from "../../../../src/engine/contract/lineage/graph.ts";
import { brief, diffOf, type Tree } from "../support.ts";

const contract = (id: string, property: string) =>
  `kind: DataContract\napiVersion: v3.1.0\nid: ${id}\nschema:\n  - name: ${id}\n    properties:\n      - ${property}\n`;
const LINK = "relationships: [{to: customers.email}]";

/** Findings of the lineage when `base` becomes `head` and `rest` stays. */
function findingsOf(base: Tree, head: Tree, rest: Tree) {
  const diff = diffOf(base, head);
  const graph = buildGraph([...diffOf({}, rest).lineage.head, ...diff.lineage.head]);
  return lineageFindings(graph, diff.findings).map((finding) => `${brief(finding)}: ${finding.message}`);
}

describe("the ends of a link disagree", () => {
  it("a tag is dropped downstream while the source still carries it", () => {
    expect(
      findingsOf(
        { "o.yaml": contract("orders", `{name: who, tags: [pii], ${LINK}}`) },
        { "o.yaml": contract("orders", `{name: who, ${LINK}}`) },
        { "c.yaml": contract("customers", "{name: email, tags: [pii]}") },
      ),
    ).toEqual(["warn upstream.still_tagged orders.who: `c.yaml#customers.email`, which feeds this field, still carries `pii`"]);
  });

  it("a tag is added upstream while what it feeds has none", () => {
    expect(
      findingsOf(
        { "c.yaml": contract("customers", "{name: email}") },
        { "c.yaml": contract("customers", "{name: email, tags: [pii]}") },
        { "o.yaml": contract("orders", `{name: who, ${LINK}}`) },
      ),
    ).toEqual(["warn downstream.untagged customers.email: tag `pii` does not reach `o.yaml#orders.who`, which is fed by this field"]);
  });

  it.each<[string, Tree, Tree, Tree]>([
    [
      "both ends drop it",
      { "o.yaml": contract("orders", `{name: who, tags: [pii], ${LINK}}`), "c.yaml": contract("customers", "{name: email, tags: [pii]}") },
      { "o.yaml": contract("orders", `{name: who, ${LINK}}`), "c.yaml": contract("customers", "{name: email}") },
      {},
    ],
    [
      "the source never had it",
      { "o.yaml": contract("orders", `{name: who, tags: [pii], ${LINK}}`) },
      { "o.yaml": contract("orders", `{name: who, ${LINK}}`) },
      { "c.yaml": contract("customers", "{name: email}") },
    ],
    [
      "another field is fed",
      { "c.yaml": contract("customers", "{name: phone}") },
      { "c.yaml": contract("customers", "{name: phone, tags: [pii]}") },
      { "o.yaml": contract("orders", `{name: who, ${LINK}}`) },
    ],
  ])("nothing is told when %s", (_, base, head, rest) => expect(findingsOf(base, head, rest)).toEqual([]));
});
