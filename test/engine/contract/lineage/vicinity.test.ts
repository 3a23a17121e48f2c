import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Finding } from "../../../../src/engine/contract/finding.ts";
import { dependentsOf } from "../../../../src/engine/contract/lineage/dependents.ts";
import { lineageFindings } from "../../../../src/engine/contract/lineage/disagreements.ts";
import { buildGraph } from "../../../../src/engine/contract/lineage/graph.ts";
import type { LineageSummary } from "../../../../src/engine/contract/lineage/model.ts";
import { type LineageRecord, recordFinder, vicinityOf } from "../../../../src/engine/contract/lineage/vicinity.ts";
import { recordsOf, WORLDS } from "../../../support/lineage-worlds.ts";

function finding(code: Finding["code"], contract: string, object: string, field: string): Finding {
  const said = { before: code === "tag.removed" ? "pii" : null, after: code === "tag.added" ? "pii" : null };
  const place = { contract, object, field, file: contract, line: 1, column: 1, side: "head", format: "odcs" } as const;
  const tags = { tagsBefore: [], tagsAfter: [], unknownClasses: [] };
  return {
    ...place,
    ...said,
    ...tags,
    code,
    severity: "block",
    message: "",
    weight: "loss",
    fingerprint: [code, contract, object, field].join(),
  };
}

/** What a decision takes from the graph of these records with the change in it. */
function toldBy(records: readonly LineageRecord[], changed: readonly LineageSummary[]) {
  const files = new Set(changed.map(({ file }) => file));
  const rest = records.flatMap((record) => (record.kind === "summary" && !files.has(record.summary.file) ? [record.summary] : []));
  const graph = buildGraph(
    [...rest, ...changed],
    records.flatMap((record) => (record.kind === "link" ? [record.link] : [])),
  );
  const findings = changed.flatMap(({ file, objects }) =>
    objects.flatMap(({ name }) =>
      ["p", "q"].flatMap((field) => [finding("tag.removed", file, name, field), finding("tag.added", file, name, field)]),
    ),
  );
  return { dependents: dependentsOf(graph, files), findings: lineageFindings(graph, findings) };
}

describe.each(WORLDS)("the vicinity of a change: %s", (_, world) => {
  test("tells what the whole graph tells", () => {
    fc.assert(
      fc.property(world, (each) => {
        const all = recordsOf(each);
        expect(toldBy(vicinityOf(recordFinder(all), each.changed), each.changed)).toEqual(toldBy(all, each.changed));
      }),
      { numRuns: 300 },
    );
  });
});

test("the vicinity is found among contracts that are all linked in a row, and leaves the rest alone", () => {
  const end = (object: string) => ({ contract: null, object, field: null });
  const row = Array.from({ length: 1000 }, (_, index): LineageSummary => {
    const links = index === 0 ? [] : [{ upstream: end(`t${index - 1}`), downstream: end(`t${index}`), carrier: "ref" }];
    const objects = [{ name: `t${index}`, physicalName: null }];
    return { file: `c${index}.yaml`, key: `c${index}`, objects, tagged: [], production: false, critical: false, links };
  });
  const near = vicinityOf(recordFinder(recordsOf({ standing: row, declared: [] })), [row[500]!]);
  expect(near.length).toBeLessThan(25);
  expect(toldBy(near, [row[500]!]).dependents.map(({ name }) => name)).toEqual(["c501.yaml#t501", "c502.yaml#t502", "c503.yaml#t503"]);
});
