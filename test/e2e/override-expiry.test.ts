import { describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { describeOnPostgres } from "../support/database.ts";
import { FILE, startScene } from "../support/scene.ts";

/** Hours; the server has to be quicker than this with a label, and no quicker than this without any delivery. */
const TTL_HOURS = 0.006;

async function expiresByItself(databaseUrl: string | null): Promise<void> {
  const scene = await startScene({ databaseUrl });
  try {
    const stage = scene.stage({
      [FILE]: CONTRACT,
      ".choochoorc": `${CONFIG}override: { ttlHours: ${TTL_HOURS} }\n`,
      ".choochoo/approval-policies.yaml": POLICIES,
    });
    const pull = stage.open();
    await stage.reaches(pull.head, "action_required");
    scene.hub.comment(stage.repository, pull.number, '/countersign override reason="pager 1234"', { actor: "ana" });
    scene.hub.label(stage.repository, pull.number, "governance-override", { actor: "ana" });
    await stage.reaches(pull.head, "success");
    await scene.hub.settled();
    // From here on nothing is delivered.
    scene.hub.setWebhook(null);
    await stage.reaches(pull.head, "action_required");
    const types = (await scene.server.ledger.auditTrail(50)).map(({ type }) => type);
    expect(types).toContain("override.expired");
    expect(types).not.toContain("override.revoked");
  } finally {
    await scene.close();
  }
}

const NAME = "T64: when its time is over an override's success goes, without any delivery";

// Almost all of it is waiting.
describe.concurrent("the embedded database", () => {
  test(NAME, () => expiresByItself(null), 120_000);
});

describe.concurrent("the other one", () => {
  describeOnPostgres("a real Postgres", (fresh) => {
    test(NAME, async () => expiresByItself(await fresh()), 120_000);
  });
});
