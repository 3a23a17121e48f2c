import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LineageRecord, recordFinder, vicinityOf } from "../../src/engine/contract/lineage/vicinity.ts";
import type { StandingLineage } from "../../src/gate/ports.ts";
import { lineageFile, openLineageFile } from "../../src/git/lineage-file.ts";
import { recordsOf, WORLDS, type World } from "../support/lineage-worlds.ts";

function standingOf(world: Pick<World, "standing" | "declared">): StandingLineage {
  const records = recordsOf(world);
  return { problems: [], isLinked: () => true, find: recordFinder(records), all: () => records };
}

/** Places in a file are others than in memory; the order is the same. */
function plain(records: readonly LineageRecord[]) {
  return records.map(({ at: _, ...record }) => record);
}

describe.each(WORLDS)("lineage in a file: %s", (_, world) => {
  test("is what was written, whole and around a change", () => {
    fc.assert(
      fc.property(world, (each) => {
        const standing = standingOf(each);
        const kept = openLineageFile(lineageFile(standing))!;
        expect(plain(vicinityOf(kept.find, each.changed))).toEqual(plain(vicinityOf(standing.find, each.changed)));
        expect(plain(kept.all())).toEqual(plain(standing.all()));
      }),
      { numRuns: 150 },
    );
  });
});

describe("a file of lineage", () => {
  const end = (contract: string) => ({ contract, object: null, field: null });
  const link = { upstream: end("ä\n\t"), downstream: end("b"), carrier: "x", file: "l", critical: false };
  const whole = lineageFile(standingOf({ standing: [], declared: [link] }));

  test("finds names of any letters, and nothing under others", () => {
    const kept = openLineageFile(whole)!;
    expect(kept.isLinked()).toBe(true);
    expect(kept.find("ä\n\t")).toEqual([{ kind: "link", at: 0, link }]);
    expect(["", "a", "ä", "zz", "\ud800"].flatMap(kept.find)).toEqual([]);
  });

  test("is forgotten when it is empty, cut, changed in one byte, or of another kind", () => {
    expect(openLineageFile(Buffer.alloc(0))).toBeNull();
    expect(openLineageFile(Buffer.from('{"summaries":[]}\n'))).toBeNull();
    for (let at = 0; at < whole.length; at += 7) {
      expect(openLineageFile(whole.subarray(0, at)), `cut at ${at}`).toBeNull();
      if (at <= whole.indexOf("\n")) continue;
      const other = Buffer.from(whole);
      other[at]! ^= 1;
      expect(openLineageFile(other), `changed at ${at}`).toBeNull();
    }
  });
});
