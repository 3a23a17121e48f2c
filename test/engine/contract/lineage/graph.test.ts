import { describe, expect, it } from "vitest";
import { readDeclared } from "../../../../src/engine/contract/lineage/declared.ts";
import { dependentsOf } from "../../../../src/engine/contract/lineage/dependents.ts";
import { buildGraph } from "../../../../src/engine/contract/lineage/graph.ts";
import { around } from "../../../../src/engine/contract/lineage/neighbourhood.ts";
import { diffOf, fileOf, type Tree } from "../support.ts";

/** Edges as `from -> to`, of contracts and of files that declare lineage beside them. */
function graphOf(contracts: Tree, beside: Tree = {}) {
  const { lineage } = diffOf({}, contracts);
  const declared = readDeclared(
    Object.entries(beside).map(([path, text]) => fileOf(path, text)),
    [".choochoo/lineage.yaml"],
  );
  return { graph: buildGraph(lineage.head, declared.links), problems: declared.problems };
}

const edgesOf = (contracts: Tree, beside: Tree = {}) =>
  graphOf(contracts, beside).graph.edges.map(({ from, to, fields }) =>
    [`${from} -> ${to}`, ...fields.map((pair) => `${pair.from}>${pair.to}`)].join(" "),
  );

const odcs = (id: string, object: string, properties: string, more = "") =>
  `kind: DataContract\napiVersion: v3.1.0\nid: ${id}\n${more}schema:\n  - name: ${object}\n    properties:\n${properties}`;
const CUSTOMERS = odcs("customers", "customers", "      - {name: email, tags: [pii]}\n");

describe("links that contracts declare", () => {
  it.each<{ what: string; contracts: Tree; beside?: Tree; edges: string[] }>([
    {
      what: "ODCS relationship of a property, to an object of another contract",
      contracts: {
        "a.yaml": CUSTOMERS,
        "b.yaml": odcs("orders", "orders", "      - {name: who, relationships: [{to: customers.email}]}\n"),
      },
      edges: ["a.yaml#customers -> b.yaml#orders email>who"],
    },
    {
      what: "ODCS relationship of an object, pair by pair",
      contracts: {
        "a.yaml": odcs("o", "orders", "      - {name: x}\n      - {name: y}\n").concat(
          "    relationships: [{from: [orders.x, orders.y], to: [customers.email, customers.id]}]\n",
        ),
        "b.yaml": CUSTOMERS,
      },
      edges: ["b.yaml#customers -> a.yaml#orders email>x id>y"],
    },
    {
      what: "ODCS transformSourceObjects; a name that is nowhere here stays a node",
      contracts: {
        "a.yaml": odcs("o", "orders", "      - {name: x, transformSourceObjects: [customers, erp_raw]}\n"),
        "b.yaml": CUSTOMERS,
      },
      edges: ["b.yaml#customers -> a.yaml#orders", "erp_raw -> a.yaml#orders"],
    },
    {
      what: "an object of the same name in the own contract comes first",
      contracts: {
        "a.yaml": odcs("o", "orders", "      - {name: x, relationships: [{to: customers.id}]}\n").concat("  - name: customers\n"),
        "b.yaml": CUSTOMERS,
      },
      edges: ["a.yaml#customers -> a.yaml#orders id>x"],
    },
    {
      what: "DCS references and lineage.inputFields",
      contracts: {
        "a.yaml":
          "dataContractSpecification: 1.2.1\nid: d\nmodels:\n  m:\n    fields:\n      a: {references: customers.email}\n      b: {lineage: {inputFields: [{namespace: n, name: db.customers, field: email}]}}\n",
        "b.yaml": CUSTOMERS,
      },
      edges: ["b.yaml#customers -> a.yaml#m email>a email>b"],
    },
    {
      what: "dbt relationship tests, exposures and SQL",
      contracts: {
        "models/m.yml":
          "models:\n  - name: stg\n    columns:\n      - name: id\n        tests: [{relationships: {to: ref('raw'), field: key}}]\n  - {name: raw, columns: [{name: key}]}\nexposures:\n  - {name: board, depends_on: [ref('mart')]}\n",
      },
      beside: { "models/mart.sql": "select * from {{ ref('stg') }} join {{ source('erp', 'users') }} -- ref('x' + y)\n" },
      edges: ["erp.users -> mart", "mart -> exposure board", "models/m.yml#raw -> models/m.yml#stg key>id", "models/m.yml#stg -> mart"],
    },
    {
      what: "a lineage file: ids, paths, objects, several ends",
      contracts: { "contracts/a.yaml": CUSTOMERS, "contracts/b.yaml": odcs("orders", "orders", "      - {name: who}\n") },
      beside: {
        ".choochoo/lineage.yaml":
          "lineage:\n  - {from: contracts/a.yaml#customers.email, to: orders.who}\n  - {from: customers, to: [dashboard/churn, contracts/b.yaml]}\n",
      },
      edges: [
        "contracts/a.yaml#customers -> contracts/b.yaml",
        "contracts/a.yaml#customers -> contracts/b.yaml#orders email>who",
        "contracts/a.yaml#customers -> dashboard/churn",
      ],
    },
    {
      what: "a data product: contracts of input ports feed contracts of output ports, its own input contracts where it names them",
      contracts: { "a.yaml": CUSTOMERS, "b.yaml": odcs("orders", "orders", "      - {name: who}\n") },
      beside: {
        "p.odps.yaml":
          "kind: DataProduct\ninputPorts: [{name: c, contractId: customers}, {name: x, contractId: elsewhere}]\noutputPorts:\n  - {name: o, contractId: orders}\n  - {name: q, contractId: out, inputContracts: [{id: orders}]}\n",
      },
      edges: ["a.yaml -> b.yaml", "b.yaml -> out", "elsewhere -> b.yaml"],
    },
  ])("$what", ({ contracts, beside, edges }) => expect(edgesOf(contracts, beside).sort()).toEqual([...edges].sort()));

  it.each([
    ["lineage: 5\n", "must be a list", 1],
    ["lineage:\n  - {from: a}\n", "without `to`", 2],
    ["lines: []\n", "unknown key `lines`; allowed: lineage", 1],
    ["lineage:\n  - [a]\n", "must be a mapping", 2],
  ])("a lineage file that cannot be read is a warning with its line: %j", (text, message, line) => {
    const { problems } = graphOf({}, { ".choochoo/lineage.yaml": text });
    expect(problems).toMatchObject([
      { severity: "warning", file: ".choochoo/lineage.yaml", line, message: expect.stringContaining(message) },
    ]);
  });
});

describe("dependents", () => {
  const chain = (count: number): Tree =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `c${index}.yaml`,
        odcs(`c${index}`, `t${index}`, `      - {name: x${index === 0 ? "" : `, relationships: [{to: t${index - 1}.x}]`}}\n`),
      ]),
    );

  it("are found within three hops, through a circle too", () => {
    const { graph } = graphOf(chain(6));
    expect(dependentsOf(graph, new Set(["c0.yaml"])).map(({ name }) => name)).toEqual(["c1.yaml#t1", "c2.yaml#t2", "c3.yaml#t3"]);
    const circle = graphOf({
      ...chain(3),
      "c0.yaml": odcs("c0", "t0", "      - {name: x, relationships: [{to: t2.x}]}\n"),
    }).graph;
    expect(dependentsOf(circle, new Set(["c0.yaml"])).map(({ name }) => name)).toEqual(["c1.yaml#t1", "c2.yaml#t2"]);
  });

  it("that change too still count, wherever they are touched", () => {
    const circle = { ...chain(6), "c0.yaml": odcs("c0", "t0", "      - {name: x, relationships: [{to: t5.x}]}\n") };
    const names = (changed: readonly string[]) => dependentsOf(graphOf(circle).graph, new Set(changed)).map(({ name }) => name);
    const alone = names(["c0.yaml"]);
    for (const touched of ["c1.yaml", "c2.yaml", "c3.yaml", "c5.yaml"])
      expect(names(["c0.yaml", touched])).toEqual(expect.arrayContaining(alone));
    expect(names(Object.keys(circle))).toHaveLength(6);
    expect(names(["c1.yaml"])).not.toContain("c1.yaml#t1");
  });

  it.each([
    ["plain", "", "      - {name: x, relationships: [{to: t0.x}]}\n", 1],
    ["in production", "servers: [{server: s, environment: live}]\n", "      - {name: x, relationships: [{to: t0.x}]}\n", 2],
    ["in a test bed", "servers: [{server: s, environment: qa}]\n", "      - {name: x, relationships: [{to: t0.x}]}\n", 1],
    ["marked critical", "tags: [critical]\n", "      - {name: x, relationships: [{to: t0.x}]}\n", 2],
    ["itself sensitive", "", "      - {name: x, tags: [gdpr], relationships: [{to: t0.x}]}\n", 2],
  ])("one that is %s weighs %j", (_, more, properties, criticality) => {
    const { graph } = graphOf({ ...chain(1), "d.yaml": odcs("d", "d", properties, more) });
    expect(dependentsOf(graph, new Set(["c0.yaml"]))).toEqual([{ name: "d.yaml#d", criticality }]);
  });

  it("the neighbourhood of one contract holds what feeds it and what it feeds, and nothing beside", () => {
    const { graph } = graphOf({ ...chain(4), ...{ "z.yaml": odcs("z", "z", "      - {name: x, relationships: [{to: t0.x}]}\n") } });
    const part = around(graph, new Set(["c1.yaml"]));
    expect([...part.nodes.keys()].sort()).toEqual(["c0.yaml#t0", "c1.yaml#t1", "c2.yaml#t2", "c3.yaml#t3"]);
  });

  it("a name that a hundred contracts bear leads to none of them in particular", () => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`n${index}.yaml`, odcs(`n${index}`, "t", "      - {name: x}\n")]),
    );
    expect(edgesOf({ ...many, "d.yaml": odcs("d", "d", "      - {name: x, relationships: [{to: t.x}]}\n") })).toEqual([
      "t -> d.yaml#d x>x",
    ]);
  });
});
