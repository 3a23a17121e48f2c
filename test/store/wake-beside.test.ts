import { beforeAll, expect, it } from "vitest";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { SubjectWork } from "../../src/gate/ports/work.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, decision, evaluated, newRepository, take } from "./sample.ts";

const overriding = (contract: string) => ({
  ...decision("overridden"),
  findings: [{ contract, file: contract }],
  overrideNotes: [],
  override: null,
});
const on = (work: SubjectWork, contract: string, overridden: boolean) =>
  evaluated(work, {
    draft: null,
    decision: (overridden ? overriding(contract) : { ...overriding(contract), state: "pending_approval" }) as never,
  });

describeOnBoth("an override wakes what stands beside it", (open) => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = createLedger(await open());
  });

  it("the same contract, and one that is being decided; no other contract, no other repository", async () => {
    const repository = newRepository();
    const works = await Promise.all([1, 2, 3, 4].map((number) => begin(ledger, repository, number)));
    const [over, same, other, busy] = works as [SubjectWork, SubjectWork, SubjectWork, SubjectWork];
    const elsewhere = await begin(ledger, newRepository());
    // A NUL in somebody's contract stops nobody's override.
    for (const [work, contract] of [
      [same, "a.yaml"],
      [other, "b\u0000.yaml"],
      [elsewhere, "a.yaml"],
    ] as const)
      expect(await ledger.saveEvaluation(on(work, contract, false))).toMatchObject({ status: "saved" });
    const gens = async () => Promise.all([same, other, busy, elsewhere].map(async ({ key }) => (await take(ledger, key)).wantGen));
    const before = await gens();
    expect(await ledger.saveEvaluation(on(await take(ledger, over.key), "a.yaml", true))).toMatchObject({ status: "saved" });
    expect((await gens()).map((gen, index) => gen - before[index]!)).toEqual([1, 0, 1, 0]);
    await ledger.finishWork(await take(ledger, over.key), { open: false, headSha: "h", baseRef: "main" });
    expect((await gens()).map((gen, index) => gen - before[index]!)).toEqual([2, 0, 2, 0]);
  });

  it("many at once on one contract stand in nobody's way, and each is woken by every other", async () => {
    const repository = newRepository();
    const works = await Promise.all(Array.from({ length: 8 }, (_, index) => begin(ledger, repository, index + 1)));
    const outcomes = await Promise.all(works.map((work) => ledger.saveEvaluation(on(work, "a.yaml", true))));
    expect(outcomes.map(({ status }) => status)).toEqual(works.map(() => "saved"));
    for (const work of works) expect((await take(ledger, work.key)).wantGen).toBe(work.wantGen + 7);
  });
});
