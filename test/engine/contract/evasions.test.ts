import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { diffContracts } from "../../../src/engine/contract/diff.ts";
import type { ReadingRules } from "../../../src/engine/contract/rules.ts";
import type { WantedType } from "../../../src/engine/contract/type-places.ts";
import { brief, inputOf, rules, type Tree } from "./support.ts";

interface Case {
  readonly name: string;
  readonly base: Tree;
  readonly head: Tree;
  readonly outside?: Tree;
  readonly unchanged?: Tree;
  readonly unknownTypes?: readonly WantedType[];
  readonly mappings?: ReadingRules["mappings"];
  readonly expect: readonly string[];
}

const FIXTURES = new URL("../../fixtures/contract/", import.meta.url);

describe.each(readdirSync(FIXTURES).filter((name) => /^(evasions-.*|findings)\.yaml$/.test(name)))(
  "evasions that must not work: %s",
  (file) => {
    const cases = parse(readFileSync(new URL(file, FIXTURES), "utf8")) as Case[];
    it.each(cases)("$name", (each) => {
      const input = inputOf(each.base, each.head, each.outside, each.unchanged);
      const referenced = { ...input.referenced, unknownTypes: each.unknownTypes ?? [] };
      const diff = diffContracts({ ...input, referenced, rules: { ...rules, mappings: each.mappings ?? [] } });
      expect(diff.findings.map(brief).sort()).toEqual([...each.expect].sort());
      const refused = each.expect.includes("block contract.unparseable");
      expect(diff.unparseable.length > 0).toBe(refused);
    });
  },
);
