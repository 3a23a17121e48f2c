import { afterAll, beforeAll, expect, test } from "vitest";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { LABEL, OVERRIDE, overriding } from "../support/overriding.ts";
import { FILE } from "../support/scene.ts";

let hand: Hand;
beforeAll(async () => {
  hand = await startHand();
}, 120_000);
afterAll(() => hand.close());

const OTHER = "contracts/orders.odcs.yaml";

test("T59: an override that begins or ends wakes the other open pull requests on the same contract, and no other", async () => {
  const repo = hand.repository({
    [FILE]: CONTRACT,
    [OTHER]: CONTRACT.replaceAll("customers", "orders"),
    ".choochoorc": "governance: { requireApproval: [pii] }\nteams: { designated: [sec-ops] }\n",
    ".choochoo/approval-policies.yaml": "policies:\n  - { name: pii, trigger: { tags: [pii] }, approvers: [{ team: sec-ops }] }\n",
  });
  const on = overriding(hand, repo);
  const overridden = repo.open({ [FILE]: STRIPPED }, "first");
  const same = repo.open({ [FILE]: STRIPPED }, "same");
  const other = repo.open({ [OTHER]: STRIPPED.replaceAll("customers", "orders") }, "other");
  await on.later();
  const seen = async (number: number) => {
    const evaluation = (await hand.deps.ledger.latestEvaluation(repo.key(number)))!;
    return { version: evaluation.version, overrides: evaluation.facts.quality.recentOverrides };
  };
  const before = { same: await seen(same.number), other: await seen(other.number) };
  expect(before.same.overrides).toBe(0);
  hand.hub.label(repo.name, overridden.number, LABEL, { actor: "ana" });
  hand.hub.comment(repo.name, overridden.number, OVERRIDE, { actor: "ana" });
  await on.later();
  expect(repo.shows(overridden.head)).toBe("success");
  const granted = { same: await seen(same.number), other: await seen(other.number) };
  expect(granted).toEqual({ same: { version: before.same.version + 1, overrides: 1 }, other: before.other });
  // A second look at the same override wakes nobody.
  await hand.deps.ledger.markDirty(repo.key(overridden.number));
  await on.later();
  expect(await seen(same.number)).toEqual(granted.same);
  hand.hub.unlabel(repo.name, overridden.number, LABEL, { actor: "ana" });
  await on.later();
  expect(repo.shows(overridden.head)).toBe("action_required");
  expect(await seen(same.number)).toEqual({ version: granted.same.version + 1, overrides: 1 });
  expect(await seen(other.number)).toEqual(before.other);
}, 120_000);
