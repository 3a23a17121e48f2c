import { beforeAll, expect, it } from "vitest";
import type { LineageSummary } from "../../src/engine/contract/lineage/model.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, newRepository, sha } from "./sample.ts";

const summary = (file: string): LineageSummary => ({
  file,
  key: file,
  objects: [{ name: "t", physicalName: null }],
  tagged: [{ object: "t", field: "ünïcode \u0000", keys: ["pii"] }],
  production: false,
  critical: false,
  links: [],
});

describeOnBoth("the remembered lineage of a repository", (open) => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = createLedger(await open());
  });

  it("is what the last merge left, for each repository its own", async () => {
    const [one, other] = [newRepository(), newRepository()];
    await begin(ledger, one);
    await begin(ledger, other);
    expect(await ledger.lineageOf(one.id)).toBeNull();
    await ledger.saveLineage(one.id, sha("first"), [summary("a.yaml")], "");
    await ledger.saveLineage(one.id, sha("second"), [summary("b.yaml"), summary("c.yaml")], "");
    expect(await ledger.lineageOf(one.id)).toEqual([summary("b.yaml"), summary("c.yaml")]);
    expect(await ledger.lineageOf(other.id)).toBeNull();
  });

  it("a repository that nobody works on is not remembered", async () => {
    const unknown = newRepository();
    await ledger.saveLineage(unknown.id, sha("x"), [summary("a.yaml")], "");
    expect(await ledger.lineageOf(unknown.id)).toBeNull();
  });
});
