import { and, asc, desc, eq, gte, lte } from "drizzle-orm";
import { canonicalJson } from "../../engine/canonical.ts";
import type { Database, Tx } from "../connect.ts";
import { attestation, auditCheckpoint, auditEvent, compiledGovernanceArtifact, evaluation, governanceApproval } from "../schema.ts";
import { ofTenant } from "../scope.ts";
import { chainEvents, toRecord } from "./seal-records.ts";

const PAGE = 500;
export const BUNDLE_FORMAT = "countersign/audit-bundle/v1";

/**
 * One tenant's trail from event `since` on, a line of canonical JSON each: a header, the hashes of the events before, the events, the
 * checkpoints, and each approval with its artifact, its evaluation and its statement; at last how many lines there were.
 * What is appended meanwhile is not in it: the head is read first, and evidence after what refers to it. Holds no names.
 */
export async function* exportLines(db: Pick<Database, "read">, tenantId: string, since: number): AsyncIterable<string> {
  // A transaction for each read: whoever takes the lines slowly holds none open.
  const read: Read = (act) => db.read(ofTenant(tenantId), act);
  const [head] = await read(async (tx) =>
    tx
      .select({ seq: auditEvent.seq, hash: auditEvent.hash })
      .from(auditEvent)
      .where(eq(auditEvent.tenantId, tenantId))
      .orderBy(desc(auditEvent.seq))
      .limit(1),
  );
  const to = head?.seq ?? 0;
  const from = Math.min(Math.max(since, 1), to + 1);
  let lines = 0;
  for await (const line of contents(read, tenantId, from, to)) {
    lines += 1;
    if (lines === 1)
      yield canonicalJson({ kind: "bundle", format: BUNDLE_FORMAT, tenantId, since: from, head: head ?? { seq: 0, hash: "0".repeat(64) } });
    yield canonicalJson(line);
  }
  if (lines === 0)
    yield canonicalJson({ kind: "bundle", format: BUNDLE_FORMAT, tenantId, since: from, head: { seq: 0, hash: "0".repeat(64) } });
  yield canonicalJson({ kind: "end", lines: lines + 2 });
}

type Read = <T>(act: (tx: Tx) => Promise<T>) => Promise<T>;

async function* contents(read: Read, tenantId: string, from: number, to: number): AsyncIterable<object> {
  const hashes = await read(async (tx) =>
    tx
      .select({ seq: auditEvent.seq, hash: auditEvent.hash })
      .from(auditEvent)
      .where(and(eq(auditEvent.tenantId, tenantId), lte(auditEvent.seq, from - 1)))
      .orderBy(asc(auditEvent.seq)),
  );
  for (const row of hashes) yield { kind: "hash", ...row };
  const pageAfter = (after: number) => read((tx) => chainEvents(tx, tenantId, after, to, PAGE));
  for (let after = from - 1; after < to; ) {
    const page = await pageAfter(after);
    if (page.length === 0) break;
    for (const { tenantId: _same, ...event } of page) yield { kind: "event", ...event };
    after = page.at(-1)!.seq;
  }
  const checkpoints = await read(async (tx) =>
    tx
      .select({ envelope: auditCheckpoint.envelope })
      .from(auditCheckpoint)
      .where(and(eq(auditCheckpoint.tenantId, tenantId), lte(auditCheckpoint.size, to)))
      .orderBy(asc(auditCheckpoint.size)),
  );
  for (const { envelope } of checkpoints) yield { kind: "checkpoint", envelope };
  const approvals = await read(async (tx) =>
    tx
      .select()
      .from(governanceApproval)
      .where(and(eq(governanceApproval.tenantId, tenantId), gte(governanceApproval.auditSeq, from), lte(governanceApproval.auditSeq, to)))
      .orderBy(asc(governanceApproval.auditSeq), asc(governanceApproval.id)),
  );
  const evaluations = new Set<string>();
  for (const approval of approvals) {
    yield { kind: "approval", record: toRecord(approval) };
    for (const row of await read(async (tx) =>
      tx.select().from(compiledGovernanceArtifact).where(eq(compiledGovernanceArtifact.approvalId, approval.id)),
    ))
      yield { kind: "artifact", record: toRecord(row) };
    if (!evaluations.has(approval.evaluationId)) {
      evaluations.add(approval.evaluationId);
      for (const row of await read(async (tx) => tx.select().from(evaluation).where(eq(evaluation.id, approval.evaluationId))))
        yield { kind: "evaluation", record: toRecord(row) };
    }
    for (const { envelope } of await read(async (tx) =>
      tx.select({ envelope: attestation.envelope }).from(attestation).where(eq(attestation.approvalId, approval.id)),
    ))
      yield { kind: "attestation", approvalId: approval.id, envelope };
  }
}
