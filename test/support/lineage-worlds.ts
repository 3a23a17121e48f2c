import fc from "fast-check";
import type { DeclaredLink } from "../../src/engine/contract/lineage/graph.ts";
import type { LineageSummary } from "../../src/engine/contract/lineage/model.ts";
import type { LineageRecord } from "../../src/engine/contract/lineage/vicinity.ts";

/** Few names, so that many contracts answer to one; ids of nodes among them, which words that nobody answers to may equal. */
const CROWDED = ["a", "b", "c", "d.a", "k", "f0", "x/f1", "f0#a", "x/f1#b", "../f0"];
/** Many names, so that most of a graph is out of reach. */
const SPARSE = Array.from({ length: 90 }, (_, index) => `n${index}`);

/** Contracts as they stand, with links of their own and of others, and the new forms of the first few of them. */
function worlds(names: readonly string[], contractsMax: number) {
  const name = fc.constantFrom(...names);
  const end = fc.record({ contract: fc.option(name), object: fc.option(name), field: fc.option(fc.constantFrom("p", "q")) });
  const link = fc.record({ upstream: end, downstream: end, carrier: fc.constantFrom("ref", "type") });
  const tagged = fc.array(fc.record({ object: name, field: fc.constantFrom("p", "q"), keys: fc.constant(["pii"]) }), { maxLength: 2 });
  const summary = fc.record({
    key: name,
    objects: fc.array(fc.record({ name, physicalName: fc.option(name) }), { maxLength: 2 }),
    tagged,
    production: fc.boolean(),
    critical: fc.boolean(),
    links: fc.array(link, { maxLength: 2 }),
  });
  const file = (index: number) => (index % 2 === 0 ? `f${index}` : `x/f${index}`);
  return fc
    .record({
      standing: fc.array(summary, { minLength: contractsMax / 2, maxLength: contractsMax, size: "max" }),
      declared: fc.array(fc.record({ link, file: fc.constantFrom("l.yaml", "x/l.yaml"), critical: fc.boolean() }), { maxLength: 4 }),
      changed: fc.array(summary, { minLength: 1, maxLength: 3 }),
    })
    .map(({ standing, declared, changed }) => ({
      standing: standing.map((each, index): LineageSummary => ({ ...each, file: file(index) })),
      declared: declared.map(({ link: each, ...rest }): DeclaredLink => ({ ...each, ...rest })),
      changed: changed.map((each, index): LineageSummary => ({ ...each, file: file(index) })),
    }));
}

export type World = {
  readonly standing: readonly LineageSummary[];
  readonly declared: readonly DeclaredLink[];
  readonly changed: readonly LineageSummary[];
};

/** In the order of reading. */
export function recordsOf({ standing, declared }: Pick<World, "standing" | "declared">): readonly LineageRecord[] {
  return [
    ...standing.map((summary, at): LineageRecord => ({ kind: "summary", at, summary })),
    ...declared.map((link, at): LineageRecord => ({ kind: "link", at: standing.length + at, link })),
  ];
}

export const WORLDS = [
  ["many contracts of one name", worlds(CROWDED, 30)],
  ["a wide graph", worlds(SPARSE, 60)],
] as const;
