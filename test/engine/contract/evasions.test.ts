import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { brief, diffOf, type Tree } from "./support.ts";

interface Case {
  readonly name: string;
  readonly base: Tree;
  readonly head: Tree;
  readonly outside?: Tree;
  readonly expect: readonly string[];
}

const FIXTURES = new URL("../../fixtures/contract/", import.meta.url);

describe.each(["evasions-odcs.yaml", "evasions-models.yaml"])("evasions that must not work: %s", (file) => {
  const cases = parse(readFileSync(new URL(file, FIXTURES), "utf8")) as Case[];
  it.each(cases)("$name", (each) => {
    const diff = diffOf(each.base, each.head, each.outside);
    expect(diff.findings.map(brief).sort()).toEqual([...each.expect].sort());
    const refused = each.expect.includes("block contract.unparseable");
    expect(diff.unparseable.length > 0).toBe(refused);
  });
});
