import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import { overrideDebts } from "../../src/gate/override-routines.ts";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { LABEL, OVERRIDE } from "../support/overriding.ts";
import { FILE } from "../support/scene.ts";

/** Observed: decided and shown, and nothing else is touched on GitHub. */
const ORG = 'teams: { designated: [sec-ops] }\nenrolment: { "seen-*": observe }\ncheck: { comment: true }\n';
const POLICIES = "policies:\n  - { name: pii, trigger: { tags: [pii] }, approvers: [{ team: sec-ops }] }\n";
const CHECK = "countersign (observe): main";

let hand: Hand;
let deps: GateDeps;
beforeAll(async () => {
  hand = await startHand();
  hand.pass(60);
  const repo = hand.hub.createRepo(
    "acme/.github",
    { ".choochoorc": ORG, ".choochoo/approval-policies.yaml": POLICIES },
    { grants: { alice: "write" } },
  );
  deps = { ...hand.deps, policyRepositories: new Map([[repo.ownerId, repo.id]]) };
}, 300_000);
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

async function work(): Promise<void> {
  hand.pass(5);
  expect(await hand.work(deps)).toEqual([]);
}

function opened(name: string) {
  const full = `acme/${name}`;
  const { id } = hand.hub.createRepo(full, { [FILE]: CONTRACT }, { grants: { alice: "write", "acme/sec-ops": "write", dave: "write" } });
  hand.hub.push(full, "work", { [FILE]: STRIPPED }, { actor: "alice" });
  hand.pass(5);
  const { number, headSha } = hand.hub.openPull(full, { actor: "alice", head: "work", title: "work" });
  const written = () =>
    hand.hub.requests
      .filter(({ method, path }) => method !== "GET" && path.startsWith(`/repos/${full}/`))
      .map(({ method, path }) => `${method} ${path.slice(`/repos/${full}/`.length)}`)
      .filter((each) => !/^(POST|PATCH) check-runs/.test(each));
  return { full, id, number, head: headSha, key: `${id}#${number}`, written };
}
const shows = (full: string, sha: string) => hand.hub.checkRuns(full, sha).find((run) => run.name === CHECK)?.conclusion;

test("a pending change: nobody is asked, no comment is written, no command answered", async () => {
  const pull = opened("seen-1");
  await work();
  hand.hub.comment(pull.full, pull.number, "/countersign status", { actor: "alice" });
  await work();
  expect(shows(pull.full, pull.head)).toBe("action_required");
  expect(pull.written()).toEqual([]);
}, 120_000);

test("the label of nobody entitled stays on, gives nothing, and says why", async () => {
  const pull = opened("seen-2");
  await work();
  hand.hub.label(pull.full, pull.number, LABEL, { actor: "dave" });
  hand.hub.comment(pull.full, pull.number, OVERRIDE, { actor: "dave" });
  await work();
  await overrideDebts.run(deps);
  expect(hand.hub.pull(pull.full, pull.number).labels).toEqual([LABEL]);
  expect(shows(pull.full, pull.head)).toBe("action_required");
  const evaluation = await hand.deps.ledger.latestEvaluation(pull.key);
  expect(evaluation?.decision.overrideNotes[0]).toContain("dave may not override");
  expect(pull.written()).toEqual([]);
}, 120_000);

test("an override is shown, owes no review, and its merge is no forced record", async () => {
  const pull = opened("seen-3");
  await work();
  hand.hub.label(pull.full, pull.number, LABEL, { actor: "ana" });
  hand.hub.comment(pull.full, pull.number, OVERRIDE, { actor: "ana" });
  await work();
  expect(shows(pull.full, pull.head)).toBe("success");
  await overrideDebts.run(deps);
  expect(await hand.deps.ledger.openReviews(pull.key, 5)).toEqual([]);
  hand.hub.merge(pull.full, pull.number, { actor: "ana", method: "squash" });
  await work();
  expect(await hand.deps.ledger.approvalOf(pull.id, pull.number)).toBeNull();
  expect(hand.hub.issues(pull.full).filter((issue) => issue.title.includes(`#${pull.number} `))).toEqual([]);
  expect(pull.written()).toEqual([]);
}, 120_000);
