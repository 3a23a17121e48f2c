import { sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { submissionExpiry } from "../../src/gate/submission-routine.ts";
import type { Database } from "../../src/store/connect.ts";
import { ofTenant } from "../../src/store/scope.ts";
import { createSubmissions } from "../../src/store/submissions.ts";
import { answerOnce } from "../../src/store/verbs/idempotency.ts";
import { describeOnBoth } from "../support/database.ts";
import { newTenant } from "../support/studio.ts";

const DAY_MS = 86_400_000;

describeOnBoth("answers under an idempotency key", (open) => {
  let db: Database;
  beforeAll(async () => {
    db = await open();
  });

  it("are given again for 30 days, or as long as a submission may wait; a repeat after that is a new request", async () => {
    const [young, old] = [await newTenant(db.outer), await newTenant(db.outer)];
    let acts = 0;
    const ask = (tenantId: string, requestHash = "h") =>
      db.transaction(ofTenant(tenantId), (tx) =>
        answerOnce(tx, { tenantId, idempotency: { key: "k", requestHash } }, async () => {
          acts += 1;
          return { acts };
        }),
      );
    const aged = (tenantId: string, days: number) =>
      db.outer.execute(
        sql`update idempotent_answer set created_at = clock_timestamp() - make_interval(days => ${days}) where tenant_id = ${tenantId}`,
      );
    const submissions = createSubmissions(db);
    const round = (days: number) => submissionExpiry.run({ submissions, expireAfterMs: days * DAY_MS });

    expect([await ask(young), await ask(old)]).toEqual([{ acts: 1 }, { acts: 2 }]);
    await aged(young, 29);
    await aged(old, 31);
    await round(60);
    expect([await ask(young), await ask(old)]).toEqual([{ acts: 1 }, { acts: 2 }]);
    await expect(ask(old, "another")).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
    await round(7);
    expect(await ask(young)).toEqual({ acts: 1 });
    expect(await ask(old, "another")).toEqual({ acts: 3 });
  });
});
