import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

const contract = (id: string, property: string) =>
  `kind: DataContract\napiVersion: v3.1.0\nid: ${id}\nversion: 1.0.0\nstatus: active\nschema:\n  - name: ${id}\n    properties:\n      - ${property}\n`;
const FILES = {
  "contracts/customers.odcs.yaml": contract("customers", "{name: email, tags: [pii]}"),
  "contracts/orders.odcs.yaml": contract("orders", "{name: who, tags: [pii], relationships: [{to: customers.email}]}"),
  "contracts/alone.odcs.yaml": contract("alone", "{name: x}"),
  ".choochoo/lineage.yaml": 'lineage:\n  - {from: orders, to: "dashboard/<b>\\"churn\\"]", critical: true}\n',
  ".choochoorc": "governance: {requireApproval: [pii]}\n",
};

describe("lineage", () => {
  let repository: GitRepository;
  beforeEach(() => {
    repository = createGitRepository();
    repository.commit(FILES);
  });
  afterEach(() => repository.remove());

  it("show prints who feeds whom, with what is protected", async () => {
    const run = await countersign(repository.path, ["lineage", "show"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain(
      "contracts/customers.odcs.yaml#customers [pii]\n  -> contracts/orders.odcs.yaml#orders [pii]  (relationships)\n      email -> who\n",
    );
    expect(run.stdout).not.toContain("alone");
  });

  it("Mermaid and DOT hold no word that could end a label", async () => {
    const mermaid = await countersign(repository.path, ["lineage", "show", "orders", "--format", "mermaid"]);
    expect(mermaid.stdout).toMatch(/^flowchart LR\n/);
    for (const line of mermaid.stdout.split("\n").filter((each) => each.includes("dashboard")))
      expect(line).toMatch(/^ {2}n\d+\["[\w .,/#;()-]*"\]$/);
    const dot = await countersign(repository.path, ["lineage", "show", "--format", "dot"]);
    expect(dot.stdout).toContain(String.raw`"dashboard/<b>\"churn\"]"`);
  });

  it("JSON has nodes and edges", async () => {
    const run = await countersign(repository.path, ["lineage", "show", "contracts/orders.odcs.yaml", "--format", "json"]);
    const graph = JSON.parse(run.stdout) as { nodes: { id: string }[]; edges: unknown[] };
    expect(graph.nodes.map(({ id }) => id)).toContain("contracts/customers.odcs.yaml#customers");
    expect(graph.edges).toHaveLength(2);
  });

  it("an unknown contract is exit 5 and says how to find one; a lineage file that cannot be read is told", async () => {
    expect(await countersign(repository.path, ["lineage", "show", "nobody"])).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/no contract is called `nobody`[\s\S]*lineage show/),
    });
    repository.commit({ ".choochoo/lineage.yaml": "lineage: x\n" });
    const run = await countersign(repository.path, ["lineage", "show"]);
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining(".choochoo/lineage.yaml:1") });
  });

  it("feeds the impact factor of check, and tells where the ends of a link disagree", async () => {
    repository.git("checkout", "-qb", "work");
    repository.commit({
      "contracts/orders.odcs.yaml": contract("orders", "{name: who, relationships: [{to: customers.email}]}"),
    });
    const run = await countersign(repository.path, ["check", "--base", "main", "--format", "json"]);
    const report = JSON.parse(run.stdout) as {
      risk: { factors: { id: string; points: number; because: string }[] };
      findings: { code: string; after: string | null }[];
    };
    expect(report.risk.factors.find(({ id }) => id === "I")).toMatchObject({ points: 0.79, because: "1 dependent within 3 hops" });
    expect(report.findings.map(({ code, after }) => [code, after])).toEqual(
      expect.arrayContaining([["upstream.still_tagged", "contracts/customers.odcs.yaml#customers.email"]]),
    );
  });

  it("neither a touched dependent nor a first link of its own makes the impact of a change smaller", async () => {
    const impactOf = async (base: Readonly<Record<string, string>>, head: Readonly<Record<string, string>>) => {
      repository.git("checkout", "-qB", "base", "main");
      repository.commit({
        ...Object.fromEntries(Object.keys(FILES).map((path) => [path, null])),
        ".choochoorc": FILES[".choochoorc"],
        ...base,
      });
      repository.git("checkout", "-qB", "work");
      repository.commit(head);
      const run = await countersign(repository.path, ["check", "--base", "base", "--format", "json"]);
      return (JSON.parse(run.stdout) as { risk: { factors: { points: number }[] } }).risk.factors[1]!.points;
    };
    const customers = "contracts/customers.odcs.yaml";
    const orders = "contracts/orders.odcs.yaml";
    const linked = { [customers]: FILES[customers], [orders]: FILES[orders] };
    const strip = { [customers]: contract("customers", "{name: email}") };
    const alone = await impactOf(linked, strip);
    expect(alone).toBeGreaterThan(0.5);
    expect(await impactOf(linked, { ...strip, [orders]: `${FILES[orders]}# touched\n` })).toBe(alone);
    const unlinked = { [customers]: FILES[customers] };
    expect(await impactOf(unlinked, strip)).toBe(0.5);
    expect(await impactOf(unlinked, { [customers]: contract("customers", "{name: email, transformSourceObjects: [x]}") })).toBe(0.5);
  });

  it("a change without findings reads nothing of the other contracts", async () => {
    repository.git("checkout", "-qb", "work");
    repository.commit({ "README.md": "hello\n" });
    const run = await countersign(repository.path, ["check", "--base", "main", "--format", "json"]);
    expect(JSON.parse(run.stdout).risk.factors[1]).toMatchObject({ points: 0.5, because: "no lineage known" });
  });
});
