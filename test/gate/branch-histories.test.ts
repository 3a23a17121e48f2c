import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { branchWalker } from "../../src/gate/branch-routine.ts";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

let hand: Hand;
beforeAll(async () => {
  hand = await startHand();
  hand.pass(60);
});
afterAll(() => hand.close());

const act = fc.record({
  what: fc.constantFrom("push", "governed push", "approved", "unapproved", "look"),
  method: fc.constantFrom("squash", "merge", "rebase"),
  isLost: fc.boolean(),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** Two or three commits on a branch, so that a rebase lands as several; one of them changes a contract of its own. */
async function propose(repo: Repository, name: string, isApproved: boolean): Promise<number> {
  hand.hub.push(repo.name, name, { [`notes/${name}.md`]: "1" }, { actor: "alice", message: "notes" });
  const { number } = repo.open({ [`contracts/${name}.odcs.yaml`]: CONTRACT }, name);
  await hand.work();
  if (isApproved) hand.hub.review(repo.name, number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  return number;
}

async function look(repo: Repository): Promise<void> {
  await hand.database.outer.execute(`update watched_repository set walked_at = null where repository_id = ${repo.id}`);
  await branchWalker.run(hand.deps);
  await hand.work();
}

/** Does it, and says what must be on record of it. */
async function play(repo: Repository, { what, method, isLost }: Act, index: number): Promise<readonly string[]> {
  const merging = what === "approved" || what === "unapproved";
  const number = merging ? await propose(repo, `w${index}`, what === "approved") : 0;
  if (isLost) hand.hub.setWebhook(null);
  hand.pass(5);
  let wanted: string[] = [];
  if (what === "push") hand.hub.push(repo.name, "main", { [`docs/${index}.md`]: "x" }, { actor: "ana", message: "docs" });
  if (what === "governed push") {
    const files = { [FILE]: `# ${index}\n${index % 2 === 0 ? STRIPPED : CONTRACT}` };
    wanted = [`push ${hand.hub.push(repo.name, "main", files, { actor: "ana", message: "past" })}`];
  }
  if (merging) {
    hand.hub.merge(repo.name, number, { actor: "ana", method, bypass: true });
    wanted = [`${what === "approved" ? "approval" : "bypass"} ${number}`];
  }
  if (!isLost) await hand.work();
  hand.hub.setWebhook(hand.webhook);
  if (what === "look") await look(repo);
  return wanted;
}

async function recorded(repo: Repository): Promise<readonly string[]> {
  const trail = await hand.deps.ledger.auditTrail(5000);
  return trail.flatMap(({ type, payload }) => {
    const { repositoryId, pullRequest, mergeSha } = payload as { repositoryId?: number; pullRequest?: number; mergeSha?: string };
    if (repositoryId !== repo.id) return [];
    if (type === "incident.push") return [`push ${mergeSha}`];
    if (type === "incident.bypass") return [`bypass ${pullRequest}`];
    if (type === "incident.content_mismatch") return [`mismatch ${pullRequest}`];
    return type === "governance.approved" ? [`approval ${pullRequest}`] : [];
  });
}

test("T51: over any history, with any deliveries lost, each governed first-parent commit has one record, and nothing else has any", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 7 }), async (acts) => {
      const repo = hand.repository();
      hand.hub.push(repo.name, "main", { "README.md": "x" }, { actor: "ana", message: "before" });
      hand.pass(5);
      await hand.work();
      await look(repo);
      const wanted: string[] = [];
      for (const [index, each] of acts.entries()) wanted.push(...(await play(repo, each, index)));
      await look(repo);
      await look(repo);
      expect([...(await recorded(repo))].sort()).toEqual(wanted.sort());
    }),
    { numRuns: 6, seed: 51, endOnFailure: true },
  );
}, 300_000);
