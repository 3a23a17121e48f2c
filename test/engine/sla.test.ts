import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askedSince, dueAt, type Look, slaHoursOf, waitsOf } from "../../src/engine/sla.ts";
import { piiPolicy, secOps, strip } from "../report/fixtures.ts";

const look = (hour: number, ...open: string[]): Look => ({ at: new Date(Date.UTC(2026, 10, 20, hour)).toISOString(), open });
const at = (hour: number) => look(hour).at;

describe("how long something has been asked for", () => {
  test("from the first look of an unbroken row to the look that no longer asks", () => {
    const looks = [look(1, "a"), look(2, "a", "b"), look(3, "b"), look(4, "a", "b")];
    expect(waitsOf(looks, null)).toEqual([
      { requirement: "a", from: at(1), until: at(3) },
      { requirement: "b", from: at(2), until: null },
      { requirement: "a", from: at(4), until: null },
    ]);
    expect(askedSince(looks)).toEqual({ a: at(4), b: at(2) });
    expect(waitsOf(looks, at(9)).filter(({ until }) => until === at(9))).toHaveLength(2);
  });

  test("nothing was looked at, nothing waits", () => {
    expect(waitsOf([], null)).toEqual([]);
    expect(askedSince([look(1)])).toEqual({});
  });

  test("law: the waits of a requirement never overlap, and cover exactly the looks that ask for it", () => {
    const ids = fc.subarray(["a", "b", "c"]);
    fc.assert(
      fc.property(fc.array(ids, { maxLength: 20 }), (opens) => {
        const looks = opens.map((open, index) => look(index, ...open));
        const waits = waitsOf(looks, null);
        for (const { at: instant, open } of looks)
          for (const id of ["a", "b", "c"]) {
            const over = waits.filter((wait) => wait.requirement === id && wait.from <= instant && (wait.until ?? "9") > instant);
            expect(over).toHaveLength(open.includes(id) ? 1 : 0);
          }
        expect(Object.keys(askedSince(looks)).sort()).toEqual([...(looks.at(-1)?.open ?? [])].sort());
      }),
    );
  });

  test("the shortest time of the policies behind it counts; other policies' do not", () => {
    const policies = [piiPolicy, { ...piiPolicy, name: "org/faster", slaHours: 4 }, { ...piiPolicy, name: "org/other", slaHours: 1 }];
    expect(slaHoursOf({ policies }, { source: [piiPolicy.name, "org/faster"] })).toBe(4);
    expect(slaHoursOf(strip, secOps)).toBe(24);
    expect(slaHoursOf(strip, { source: ["level:high"] })).toBeNull();
    expect(dueAt("2026-11-20T10:00:00.000Z", 24)).toBe("2026-11-21T10:00:00.000Z");
  });
});
