import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

let hand: Hand;
beforeAll(async () => {
  hand = await startHand();
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

const ORDERS = `kind: DataContract
apiVersion: v3.1.0
id: orders
version: 1.0.0
status: active
servers: [{server: live, type: kafka, environment: production}]
schema:
  - name: orders
    properties:
      - {name: customer_email, tags: [pii], relationships: [{to: customers.email}]}
`;
const GATE = { ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES };

function impactOf(facts: { lineage: { known: boolean; dependents: readonly unknown[] } } | undefined) {
  return facts?.lineage;
}

test("a recorded merge is remembered: the next change knows who depends on what it changes", async () => {
  const repo = hand.repository({ [FILE]: CONTRACT, ...GATE });
  const first = repo.open({ "contracts/orders.odcs.yaml": ORDERS });
  await hand.work();
  const before = await hand.deps.ledger.latestEvaluation(repo.key(first.number));
  // Nothing was recorded yet, and what the change itself says does not make its impact smaller.
  expect(impactOf(before?.facts)).toEqual({ known: false, dependents: [] });
  hand.hub.review(repo.name, first.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  hand.hub.merge(repo.name, first.number, { actor: "alice", method: "squash" });
  await hand.work();
  expect((await hand.deps.ledger.lineageOf(repo.id))?.map(({ file }) => file)).toEqual([FILE, "contracts/orders.odcs.yaml"]);

  const second = repo.open({ [FILE]: STRIPPED }, "strip");
  await hand.work();
  const evaluation = await hand.deps.ledger.latestEvaluation(repo.key(second.number));
  expect(impactOf(evaluation?.facts)).toEqual({ known: true, dependents: [{ name: "contracts/orders.odcs.yaml#orders", criticality: 2 }] });
  expect(evaluation?.decision.risk.factors.find(({ id }) => id === "I")).toMatchObject({
    points: 79,
    because: "1 dependent within 3 hops",
  });
  hand.hub.review(repo.name, second.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
});

test("T74: what was decided just before a merge was remembered is decided again with what it taught", async () => {
  const repo = hand.repository({ [FILE]: CONTRACT, ...GATE });
  const first = repo.open({ "contracts/orders.odcs.yaml": ORDERS });
  const second = repo.open({ [FILE]: STRIPPED }, "strip");
  await hand.work();
  hand.hub.review(repo.name, first.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  hand.hub.merge(repo.name, first.number, { actor: "alice", method: "squash" });
  await hand.hub.settled();
  await evaluateSubject(hand.deps, repo.key(second.number));
  expect(await hand.work()).toEqual([]);
  const evaluation = await hand.deps.ledger.latestEvaluation(repo.key(second.number));
  expect(impactOf(evaluation?.facts)).toMatchObject({ known: true, dependents: [{ criticality: 2 }] });
});

test("the lineage file of the default branch counts, that of the pull request does not", async () => {
  const declared = "lineage:\n  - {from: customers, to: [dashboard/churn, model/fraud], critical: true}\n";
  const repo = hand.repository({ [FILE]: CONTRACT, ...GATE, ".choochoo/lineage.yaml": declared });
  const pull = repo.open({ [FILE]: STRIPPED, ".choochoo/lineage.yaml": "lineage: []\n" });
  await hand.work();
  const evaluation = await hand.deps.ledger.latestEvaluation(repo.key(pull.number));
  expect(impactOf(evaluation?.facts)).toEqual({
    known: true,
    dependents: [
      { name: "dashboard/churn", criticality: 2 },
      { name: "model/fraud", criticality: 2 },
    ],
  });
  // Taking lineage away is a change of the gate's own files.
  expect(evaluation?.facts.governanceFiles.map(({ path }) => path)).toContain(".choochoo/lineage.yaml");
});

test("a lineage file that cannot be read is a warning, and the verdict stands on the rest", async () => {
  const repo = hand.repository({ [FILE]: CONTRACT, ...GATE, ".choochoo/lineage.yaml": "lineage: 5\n" });
  const pull = repo.open();
  await hand.work();
  const evaluation = await hand.deps.ledger.latestEvaluation(repo.key(pull.number));
  expect(evaluation?.decision.state).toBe("pending_approval");
  expect(evaluation?.facts.diff.warnings).toMatchObject([{ file: ".choochoo/lineage.yaml", line: 1, severity: "warning" }]);
});
