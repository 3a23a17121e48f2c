import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { mayTurn } from "../../../../src/engine/contract/diff/turned-types.ts";
import { diffContracts } from "../../../../src/engine/contract/diff.ts";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { damaged, FORMS, REAL } from "../readers/graphql/texts.ts";
import { brief, fileOf, inputOf, rules, type Tree } from "../support.ts";

/** So many that a tenth of them is not missed by chance: a seventh is usual. */
const RUNS = 1600;

/** Names nothing and is named by nothing: with it at hand, what stands inside types is always worked out. */
const UNRELATED: Tree = { "unrelated/types.graphql": "scalar UnrelatedToEverything\n" };

function bothWays(base: Tree, head: Tree, outside: Tree = {}) {
  return [diffContracts(inputOf(base, head, outside)), diffContracts(inputOf(base, head, outside, UNRELATED))] as const;
}

function isWorkedOut(base: Tree, head: Tree): boolean {
  const contractAt = (tree: Tree, path: string) => {
    const reading = path in tree ? readContract(fileOf(path, tree[path]!), rules) : null;
    return reading?.status === "contract" ? reading.contract : null;
  };
  const paths = [...new Set([...Object.keys(base), ...Object.keys(head)])];
  return mayTurn(paths.map((path) => ({ before: contractAt(base, path), after: contractAt(head, path) })));
}

interface Case {
  readonly name: string;
  readonly base: Tree;
  readonly head: Tree;
  readonly outside?: Tree;
}

const FIXTURES = new URL("../../../fixtures/contract/", import.meta.url);
const CASES = readdirSync(FIXTURES)
  .filter((name) => /^(evasions-.*|findings|silent)\.yaml$/.test(name))
  .flatMap((file) => (parse(readFileSync(new URL(file, FIXTURES), "utf8")) as Case[]).map((each) => ({ ...each, file })));

describe("what stands inside types need not be worked out where no field may turn: the comparison is the same", () => {
  it.each(CASES)("$file: $name", ({ base, head, outside }) => {
    const [quick, whole] = bothWays(base, head, outside);
    expect(quick).toEqual(whole);
  });

  it("in GraphQL that is cut in the middle of a character, where the parser quotes half of it", () => {
    const [quick] = bothWays({ "a.graphql": 'type A @d(x: "b") { f: Int }' }, { "a.graphql": 'type A @d(x: "\\😀") { f: Int }' });
    expect(quick.unparseable).toMatchObject([{ file: "a.graphql", message: expect.stringContaining("\uFFFD") }]);
  });

  it("in GraphQL after any damage, and often it is not worked out", () => {
    const more =
      "type Q { u: User, k: Kind, far: Far }\ntype User { mail: Mail, box: [Box!] @pii }\ntype Box { x: Int @pii, u: User }\nscalar Mail @pii\nenum Kind { A }\n";
    const pairs = fc
      .constantFrom(more, ...FORMS, ...REAL.map(([, text]) => text))
      .chain((text) => fc.tuple(fc.constant(text), damaged(text)));
    let spared = 0;
    fc.assert(
      fc.property(pairs, ([earlier, text]) => {
        const [base, head] = [{ "a.graphql": earlier }, { "a.graphql": text }];
        const [quick, whole] = bothWays(base, head);
        expect(quick).toEqual(whole);
        if (quick.contracts.length > 0 && !isWorkedOut(base, head)) spared += 1;
      }),
      { numRuns: RUNS },
    );
    expect(spared).toBeGreaterThan(RUNS / 10);
  });
});

const proto = (body: string) => `syntax = "proto3";\npackage p;\n${body}`;
const TYPES: Tree = { "types.graphql": "type User { mail: String @pii }\nscalar Mail @pii\n" };
const PROTOS: Tree = {
  "a.proto": proto("message U { string e = 1 [(acme.pii) = true]; }\n"),
  "b.proto": proto("message U { string e = 1; }\n"),
};

describe("a field that reads as before may lead elsewhere", () => {
  it.each<[string, Tree, Tree, Tree, readonly string[]]>([
    [
      "where only the import changed",
      { "q.proto": proto('import "a.proto";\nmessage Q { U u = 1; }\n') },
      { "q.proto": proto('import "b.proto";\nmessage Q { U u = 1; }\n') },
      PROTOS,
      ["block type.changed p.Q.u"],
    ],
    [
      "where a twin came to the file",
      { "q.graphql": "type Q { u: User }\n" },
      { "q.graphql": "type Q { u: User }\ntype User { mail: String }\n" },
      TYPES,
      ["block type.changed Q.u", "info field.added User.mail", "warn tag.suspected_missing User.mail"],
    ],
    [
      "where the tagged twin left the file",
      { "q.graphql": "type Q { u: User }\nextend type User { more: Int }\ntype User { mail: String @pii }\n" },
      { "q.graphql": "type Q { u: User }\nextend type User { more: Int }\n" },
      { "types.graphql": "type User { mail: String }\n" },
      ["block field.removed User.mail", "block type.changed Q.u"],
    ],
    [
      "where a twin came to another changed file",
      { "q.graphql": "type Q { u: User }\n", "r.graphql": "type R { a: Int }\n" },
      { "q.graphql": "type Q { u: User, n: Int }\n", "r.graphql": "type R { a: Int }\ntype User { mail: String }\n" },
      TYPES,
      ["block type.changed Q.u", "info field.added Q.n", "info field.added User.mail", "warn tag.suspected_missing User.mail"],
    ],
    [
      "where a scalar of another changed file lost its tag",
      { "q.graphql": "type Q { m: Mail, n: Int }\n", "r.graphql": "scalar Mail @pii\n" },
      { "q.graphql": "type Q { m: Mail, n: Float }\n", "r.graphql": "scalar Mail\n" },
      {},
      ["block tag.removed Q.m", "block tag.scope_removed Mail", "break type.changed Q.n"],
    ],
    [
      "where only an extension stays of what a version defined",
      { "q.graphql": "scalar Mail\nextend scalar Mail @deprecated\ntype Q { m: Mail }\n" },
      { "q.graphql": "extend scalar Mail @deprecated\ntype Q { m: Mail }\n" },
      TYPES,
      ["info tag.added Q.m"],
    ],
  ])("%s", (_, base, head, unchanged, expected) => {
    expect(isWorkedOut(base, head)).toBe(true);
    const found = diffContracts(inputOf(base, head, {}, unchanged))
      .findings.map(brief)
      .sort();
    expect(found).toEqual([...expected].sort());
    // The first comparison, before unchanged files are at hand, asks for them.
    const [first] = bothWays(base, head);
    if (Object.keys(unchanged).length > 0) expect(first.wantedTypes.length).toBeGreaterThan(0);
  });

  it("stays unasked where the file says what it names", () => {
    const base = "type Q { u: User, n: Int }\ntype User { mail: String @pii }\n";
    expect(isWorkedOut({ "q.graphql": base }, { "q.graphql": base.replace(" @pii", "") })).toBe(false);
    expect(isWorkedOut({ "q.graphql": base }, { "q.graphql": `${base}type More { u: User }\n` })).toBe(true);
  });
});
