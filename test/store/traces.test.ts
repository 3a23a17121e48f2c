import { beforeAll, expect, it } from "vitest";
import type { Decision, State } from "../../src/engine/decision.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { SubjectWork } from "../../src/gate/ports/work.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, decision, evaluated, newRepository, save, sha, take } from "./sample.ts";

/** A decision about the change of one agent. */
function byAgent(state: State, over: Partial<Decision> = {}): Decision {
  const violations = state === "blocked" ? [{ boundary: "no-pii", because: "touches a.b, tagged pii" }] : [];
  const agent = { id: "tidy", registered: true, status: "active", systemCard: null, evidence: [], launchedBy: [], violations };
  const finding = { code: "tag.removed", contract: "c.yaml", file: "c.yaml", message: "tag removed" };
  const rest = { findings: [finding], policies: [], requirements: [], risk: { score: 5.5 }, agents: [agent] };
  return { ...decision(state), ...rest, ...over } as unknown as Decision;
}

describeOnBoth("decision traces", (open) => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = createLedger(await open());
  });

  async function decided(work: SubjectWork, ...decisions: Decision[]): Promise<SubjectWork> {
    let current = work;
    for (const each of decisions) {
      await save(ledger, evaluated(current, { decision: each, checks: [] }));
      current = await take(ledger, work.key);
    }
    return current;
  }
  const traces = async ({ key }: SubjectWork) =>
    (await ledger.decisionTraces({ subject: key, limit: 20 })).toReversed().map(({ state, outcome, ending }) => [state, outcome, ending]);
  const end = (work: SubjectWork, merged: boolean) =>
    ledger.finishWork(work, { open: false, headSha: sha("head"), baseRef: "main", merged });

  it("says each step once, and its last word once", async () => {
    const work = await begin(ledger, newRepository());
    const approvals = [{ user: "bob", userId: 5, reviewId: 9, submittedAt: "2026-11-20T10:00:00Z" }];
    const requirement = { id: "sec-ops", approvals } as unknown as Decision["requirements"][number];
    const approved = byAgent("approved", { requirements: [requirement] });
    const last = await decided(work, byAgent("pending_approval"), byAgent("pending_approval"), approved, approved);
    await end(last, true);
    await end(await take(ledger, work.key), true);
    expect(await traces(work)).toEqual([
      ["pending", "pending", null],
      ["pending", "approved", null],
      ["final", "approved", "merged"],
    ]);
    const [trace] = await ledger.decisionTraces({ agent: "Tidy", subject: work.key, limit: 1 });
    expect(trace?.approvals).toEqual([
      { approverId: 5, reviewId: 9, requirement: "sec-ops", timestamp: "2026-11-20T10:00:00Z", channel: "github" },
    ]);
    expect(await ledger.decisionTrace(trace!.id)).toEqual(trace);
    expect(await ledger.decisionTrace("not-an-id")).toBeNull();
    expect(await ledger.decisionTraces({ agent: "\u0000", subject: "\u0000", limit: 1 })).toEqual([]);
  });

  it("a crossed boundary is one critical event in the chain for each head and set of boundaries", async () => {
    const work = await begin(ledger, newRepository());
    const again = byAgent("blocked", { risk: { score: 6 } as Decision["risk"] });
    await decided(work, byAgent("blocked"), again, byAgent("pending_approval"), byAgent("blocked"));
    const events = (await ledger.auditTrail(500)).filter(
      ({ type, payload }) =>
        type === "agent.boundary_violation" && (payload as { repositoryId: number }).repositoryId === work.pull.repository.id,
    );
    expect(events.map(({ severity }) => severity)).toEqual(["critical", "critical"]);
    expect((await traces(work)).filter(([state]) => state === "final")).not.toEqual([]);
  });

  it("closed without landing is a final no; what could not be read says nothing; a person's change has no trace", async () => {
    const work = await begin(ledger, newRepository());
    await end(await decided(work, byAgent("pending_approval"), byAgent("error")), false);
    expect(await traces(work)).toEqual([
      ["pending", "pending", null],
      ["final", "rejected", "closed"],
    ]);
    const person = await begin(ledger, newRepository());
    await end(await decided(person, decision("approved")), true);
    expect(await traces(person)).toEqual([]);
  });

  it("counts other pull requests that stood under an override and touched the contract, once each", async () => {
    const repository = newRepository();
    const overridden = byAgent("overridden", { agents: [] });
    await decided(await begin(ledger, repository, 1), overridden, overridden);
    await decided(await begin(ledger, repository, 2), overridden);
    await decided(await begin(ledger, repository, 3), byAgent("approved", { agents: [] }));
    await decided(await begin(ledger, newRepository(), 1), overridden);
    const asked = { repositoryId: repository.id, contracts: ["c.yaml"], since: "2020-01-01T00:00:00Z", besides: "" };
    expect(await ledger.recentOverrides(asked)).toBe(2);
    expect(await ledger.recentOverrides({ ...asked, besides: `${repository.id}#2` })).toBe(1);
    expect(await ledger.recentOverrides({ ...asked, contracts: ["d.yaml"] })).toBe(0);
    expect(await ledger.recentOverrides({ ...asked, since: "2999-01-01T00:00:00Z" })).toBe(0);
  });
});
