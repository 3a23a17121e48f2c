import { createHash, randomUUID } from "node:crypto";
import type { Decision, State } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
import type { CheckConclusion, WantedCheck } from "../../src/gate/ports/checks.ts";
import type { Delivery, Mark } from "../../src/gate/ports/inbox.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { PullTruth, RepositoryRef } from "../../src/gate/ports/pulls.ts";
import type { LandedApproval } from "../../src/gate/ports/records.ts";
import type { SaveEvaluation, StoredEvaluation, SubjectWork } from "../../src/gate/ports/work.ts";

let nextRepository = 1000;

/** A repository that no other test has touched. */
export function newRepository(ownerId = 7): RepositoryRef {
  nextRepository += 1;
  return { id: nextRepository, owner: `org-${ownerId}`, name: `data-${nextRepository}`, ownerId, installationId: 70 + ownerId };
}

export function sha(seed: string): string {
  return createHash("sha1").update(seed).digest("hex");
}

export function pullMark(repository: RepositoryRef, number: number, head = "head"): Mark {
  return { kind: "pull", repository, number, headSha: sha(head), baseRef: "main" };
}

export function delivery(marks: readonly Mark[], more: Partial<Delivery> = {}): Delivery {
  const body = more.body ?? `{"nonce":"${randomUUID()}"}`;
  const bodySha256 = createHash("sha256").update(body).digest("hex");
  return { guid: randomUUID(), event: "pull_request", action: "opened", body, bodySha256, marks, receipts: [], ...more };
}

/** Records a pull request and takes it: what a worker starts with. */
export async function begin(ledger: Ledger, repository: RepositoryRef, number = 1): Promise<SubjectWork> {
  await ledger.recordDelivery(delivery([pullMark(repository, number)]));
  return take(ledger, `${repository.id}#${number}`);
}

export async function take(ledger: Ledger, key: string): Promise<SubjectWork> {
  const work = await ledger.startWork(key);
  if (work === null) throw new Error(`no subject ${key}`);
  return work;
}

export function decision(state: State, content = "content"): Decision {
  return {
    state,
    exitCode: 0,
    verdict: state,
    digests: { facts: sha(`facts ${content}`), policy: sha("policy"), findings: sha("findings"), content: sha(content) },
  } as unknown as Decision;
}

export function checks(conclusion: CheckConclusion, pattern = "main"): WantedCheck[] {
  return [{ name: `countersign: ${pattern}`, policy: null, conclusion }];
}

export function evaluated(work: SubjectWork, more: Partial<SaveEvaluation> & { state?: State; head?: string } = {}): SaveEvaluation {
  const { state = "approved", head = "head", ...rest } = more;
  const facts = { asOf: "2026-11-20T10:00:00.000Z", note: "ünïcode \u0000 kept" } as unknown as Facts;
  const conclusion = state === "approved" ? "success" : "action_required";
  return {
    work,
    facts,
    decision: decision(state),
    headSha: sha(head),
    baseRef: "main",
    baseSha: sha("base"),
    author: "alice",
    checks: checks(conclusion),
    done: true,
    draft: {
      agent: `org/${work.pull.repository.name}`,
      environment: "production",
      readyForApproval: state === "approved",
      blockerIds: state === "approved" ? [] : ["requirement:sec-ops"],
      advisoryIds: [],
      sourceSnapshotHash: sha(`source ${head}`),
      memory: { requirements: ["sec-ops"] },
    },
    ...rest,
  };
}

export async function save(ledger: Ledger, input: SaveEvaluation): Promise<StoredEvaluation> {
  const outcome = await ledger.saveEvaluation(input);
  if (outcome.status !== "saved") throw new Error(outcome.status);
  return outcome.evaluation;
}

/** What GitHub says of this pull request once it is merged. */
export function landed(work: SubjectWork, evaluation: StoredEvaluation, more: Partial<LandedApproval> = {}): LandedApproval {
  const pull = {
    number: work.pull.number,
    repository: { ...work.pull.repository, ownerType: "Organization", defaultBranch: "main" },
    state: "closed",
    merged: true,
    mergeCommitSha: sha(`merge ${work.key}`),
    mergedBy: { id: 42, login: "merger" },
    headSha: evaluation.headSha,
  } as unknown as PullTruth;
  return {
    work,
    pull,
    evaluation,
    kind: "regular",
    approvedBy: [{ id: 5, login: "bob" }],
    rationale: null,
    compiled: { compiledHash: sha("compiled"), review: { findings: ["x"] }, runtime: "a text stays a text", compilerVersion: "1" },
    ...more,
  };
}
