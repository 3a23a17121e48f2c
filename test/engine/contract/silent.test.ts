import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { diffContracts } from "../../../src/engine/contract/diff.ts";
import type { ReadingRules } from "../../../src/engine/contract/rules.ts";
import { brief, diffOf, inputOf, rules, type Tree } from "./support.ts";

const FIXTURES = new URL("../../fixtures/contract/", import.meta.url);

describe("changes of form", () => {
  const cases = parse(readFileSync(new URL("silent.yaml", FIXTURES), "utf8")) as {
    name: string;
    base: Tree;
    head: Tree;
    unchanged?: Tree;
    mappings?: ReadingRules["mappings"];
    /** It comes to another file, and that is told. */
    moved?: boolean;
  }[];
  it.each(cases)("$name: no finding but where it came from", ({ base, head, unchanged, mappings = [], moved = false }) => {
    const diff = (from: Tree, to: Tree) => diffContracts({ ...inputOf(from, to, {}, unchanged), rules: { ...rules, mappings } });
    expect([...new Set(diff(base, head).findings.map(brief))]).toEqual(moved ? ["info contract.moved"] : []);
    expect(
      diff(head, base)
        .findings.filter(({ severity }) => severity === "block")
        .map(brief),
    ).toEqual([]);
  });
});

describe("real contracts", () => {
  const files = readdirSync(new URL("corpus/", FIXTURES), { recursive: true })
    .map(String)
    .filter((name) => /\.ya?ml$/.test(name) && !name.startsWith("plain/"));
  it.each(files)("%s reads, and differs from itself in nothing", (name) => {
    const text = readFileSync(new URL(`corpus/${name}`, FIXTURES), "utf8");
    const diff = diffOf(
      { "contracts/a.yaml": text },
      { "contracts/a.yaml": `${text.replaceAll("\r", "").replaceAll("\n", "\r\n")}\r\n# the end\r\n` },
    );
    expect(diff.findings).toEqual([]);
    expect(diff.unparseable).toEqual([]);
    expect(diff.contracts).toHaveLength(1);
  });

  it("the exporter's own pair from the Data Contract Specification to ODCS has no finding", () => {
    const dcs = readFileSync(
      new URL("corpus/dcs/datacontract__datacontract-cli__tests_fixtures_dbt_export_datacontract.yaml", FIXTURES),
      "utf8",
    );
    const odcs = readFileSync(
      new URL("corpus/odcs/datacontract__datacontract-cli__tests_fixtures_dbt_export_datacontract.odcs.yaml", FIXTURES),
      "utf8",
    );
    expect(diffOf({ "a.yaml": dcs }, { "a.yaml": odcs }).findings.map(brief)).toEqual([]);
  });
});
