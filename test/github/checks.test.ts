import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PublishCheck } from "../../src/gate/ports.ts";
import { createChecks } from "../../src/github/index.ts";
import { strip as waiting } from "../report/fixtures.ts";
import { openRig, type Rig, signIn } from "./rig.ts";

const REPO = "acme/data";
const NAME = "countersign: main";

const want = (headSha: string, more: Partial<PublishCheck> = {}): PublishCheck => ({
  name: NAME,
  policy: null,
  conclusion: "action_required",
  headSha,
  externalId: "evaluation-1",
  decision: waiting,
  ...more,
});

describe("on the simulated GitHub", () => {
  let rig: Rig;
  let head: string;
  beforeEach(async () => {
    rig = await openRig();
    head = rig.hub.headSha(REPO, rig.number);
  });
  afterEach(() => rig.close());
  const shown = () => rig.hub.checkRuns(REPO, head);

  it("creates a run that says what was decided, with a link to the evaluation", async () => {
    const run = await rig.checks.create(rig.repository, want(head));
    expect(run).toMatchObject({
      name: NAME,
      headSha: head,
      externalId: "evaluation-1",
      status: "completed",
      conclusion: "action_required",
    });
    expect(shown()).toMatchObject([
      {
        id: run.id,
        name: NAME,
        conclusion: "action_required",
        detailsUrl: "https://countersign.example/evaluations/evaluation-1",
        appId: rig.hub.app.id,
      },
    ]);
    expect(shown()[0]!.output.title).toContain("Waiting for sec-ops");
    expect(shown()[0]!.annotations.length).toBeGreaterThan(0);
    expect(rig.hub.violations).toEqual([]);
  });

  it("updates that run in place and does not repeat its annotations", async () => {
    const { id } = await rig.checks.create(rig.repository, want(head));
    const before = shown()[0]!.annotations.length;
    const after = await rig.checks.update(rig.repository, id, want(head, { conclusion: "success", externalId: "evaluation-2" }));
    expect(after).toMatchObject({ id, conclusion: "success", externalId: "evaluation-2" });
    expect(shown()).toMatchObject([{ id, conclusion: "success", externalId: "evaluation-2" }]);
    expect(shown()[0]!.annotations).toHaveLength(before);
  });

  it("shows an undecided check as in progress, and can take a success back to it", async () => {
    const { id } = await rig.checks.create(rig.repository, want(head, { conclusion: "success" }));
    expect(await rig.checks.update(rig.repository, id, want(head, { conclusion: null }))).toMatchObject({
      status: "in_progress",
      conclusion: null,
    });
    expect(shown()).toMatchObject([{ status: "in_progress", conclusion: null }]);
  });

  it("T48: finds our own runs of this name only, newest first", async () => {
    const first = await rig.checks.create(rig.repository, want(head));
    rig.hub.createApp("impostor");
    rig.hub.createForeignRun(REPO, { app: "impostor", name: NAME, sha: head, conclusion: "success" });
    await rig.checks.create(rig.repository, want(head, { name: "countersign: release/**" }));
    const second = await rig.checks.create(rig.repository, want(head, { conclusion: "failure" }));
    const found = await rig.checks.find(rig.repository, head, NAME);
    expect(found.map((run) => [run.id, run.conclusion])).toEqual([
      [second.id, "failure"],
      [first.id, "action_required"],
    ]);
  });

  it.each([
    [{ kind: "status", status: 502 }, 0],
    [{ kind: "effect-then-hang" }, 1],
    [{ kind: "truncated" }, 1],
    [{ kind: "html" }, 0],
  ] as const)("does not claim a write whose outcome is unknown: %o", async (fault, landed) => {
    const app = signIn(rig.hub, { timeoutMs: 1_000 });
    const checks = createChecks(app, { publicUrl: "https://countersign.example" });
    await checks.find(rig.repository, head, NAME);
    rig.hub.fail({ method: "POST", path: /check-runs$/ }, fault, 1);
    await expect(checks.create(rig.repository, want(head))).rejects.toMatchObject({ kind: "network" });
    expect(await checks.find(rig.repository, head, NAME)).toHaveLength(landed);
  });
});
