import { afterAll, beforeAll, expect, test } from "vitest";
import { sweeper } from "../../src/gate/sweep-routine.ts";
import { STRIPPED } from "../demo/sample.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { recovering } from "../support/recovering.ts";
import { FILE } from "../support/scene.ts";

let hand: Hand;
beforeAll(async () => {
  hand = await startHand();
});
afterAll(() => hand.close());

test("T81: repositories that GitHub never lists, side by side, keep no other of their installation from being swept", async () => {
  const recovery = recovering(hand);
  const repos = Array.from({ length: 5 }, () => hand.repository());
  for (const repo of repos) repo.open({ "README.md": "heard of\n" }, "first");
  await hand.work();
  recovery.deafen();
  const [ill, others] = [repos.slice(0, 3), repos.slice(3)];
  for (const { name } of ill)
    hand.hub.fail({ path: new RegExp(`${name}/pulls$`) }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
  const lost = others.map((repo) => ({ repo, ...repo.open({ [FILE]: STRIPPED }, "second") }));
  hand.pass(60);
  for (let round = 0; round < 3; round++) {
    await hand.database.outer.execute("update watched_repository set swept_at = swept_at - interval '1 hour'");
    await expect(sweeper.run(recovery.deps)).rejects.toThrow("502");
    await hand.work(recovery.deps);
  }
  expect(lost.map(({ repo, head }) => repo.shows(head))).toEqual(["action_required", "action_required"]);
});
