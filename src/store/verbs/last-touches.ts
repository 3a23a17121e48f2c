import { and, desc, eq, inArray, isNotNull, lt, lte, sql } from "drizzle-orm";
import type { Tx } from "../connect.ts";
import { businessDraftSnapshot, businessSource, evaluation, governanceApproval } from "../schema.ts";
import { type ContractPin, partsOf } from "./add-snapshot.ts";
import { named } from "./identities.ts";

/** The newest approval of a workspace to touch a file. */
export interface Touch {
  readonly approvalId: string;
  readonly version: number;
}

/** Of a submission: the id of the text that it left, and what else was said there. */
export interface SubmittedTouch extends Touch {
  readonly text: string | null;
  /** null = it was approved by a version that did not keep it, or no contract stands there. */
  readonly parts: ContractPin | null;
}

/** Landings that are looked through at once. */
const LANDINGS_AT_ONCE = 100;
/** Beyond every version of an approval. */
const VERSION_MAX = 2_147_483_647;

/** Which submission that was approved was the last one to touch each of these files. */
export async function lastSubmitted(tx: Tx, workspaceId: string, files: readonly string[]): Promise<ReadonlyMap<string, SubmittedTouch>> {
  const rows = await tx
    .selectDistinctOn([businessSource.title], {
      approvalId: governanceApproval.id,
      version: governanceApproval.approvalVersion,
      snapshotId: governanceApproval.draftSnapshotId,
      file: businessSource.title,
      provenance: businessSource.provenance,
    })
    .from(governanceApproval)
    // A vote makes a snapshot too; what a draft was made from is told with the version that brought the files.
    .innerJoin(
      businessDraftSnapshot,
      and(
        eq(businessDraftSnapshot.draftId, governanceApproval.draftId),
        lte(businessDraftSnapshot.version, governanceApproval.draftVersion),
      ),
    )
    .innerJoin(businessSource, eq(businessSource.draftSnapshotId, businessDraftSnapshot.id))
    .where(
      and(
        eq(governanceApproval.workspaceId, workspaceId),
        eq(businessSource.kind, "contract_file"),
        inArray(businessSource.title, [...files]),
      ),
    )
    .orderBy(businessSource.title, desc(governanceApproval.approvalVersion), desc(businessDraftSnapshot.version));
  const snapshots = await tx
    .select({ id: businessDraftSnapshot.id, memory: businessDraftSnapshot.memory })
    .from(businessDraftSnapshot)
    .where(
      inArray(
        businessDraftSnapshot.id,
        rows.map(({ snapshotId }) => snapshotId),
      ),
    );
  const partsIn = new Map(snapshots.map((row) => [row.id, partsOf(row) ?? []]));
  return new Map(
    rows.map(({ approvalId, version, snapshotId, file, provenance }) => {
      const text = (provenance as { readonly head?: string | null }).head ?? null;
      return [file, { approvalId, version, text, parts: partsIn.get(snapshotId)?.find((pin) => pin.file === file) ?? null }];
    }),
  );
}

/** The version of the newest approval that came of a landing, which says itself what its whole tree holds; 0 = none did. */
export async function newestLanding(tx: Tx, workspaceId: string): Promise<number> {
  const [row] = await tx
    .select({ version: governanceApproval.approvalVersion })
    .from(governanceApproval)
    .where(and(eq(governanceApproval.workspaceId, workspaceId), isNotNull(governanceApproval.mergeSha)))
    .orderBy(desc(governanceApproval.approvalVersion))
    .limit(1);
  return row?.version ?? 0;
}

/** Which landing was the last one to touch each of these files. */
export async function lastLanded(tx: Tx, workspaceId: string, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, Touch>> {
  const found = new Map<string, Touch>();
  for (let below = VERSION_MAX; found.size < wanted.size; ) {
    const { approvalVersion } = governanceApproval;
    const rows = await tx
      .select({ approvalId: governanceApproval.id, version: approvalVersion, files: sql<unknown>`${evaluation.facts} #> '{diff,files}'` })
      .from(governanceApproval)
      .innerJoin(evaluation, eq(evaluation.id, governanceApproval.evaluationId))
      .where(and(eq(governanceApproval.workspaceId, workspaceId), isNotNull(governanceApproval.mergeSha), lt(approvalVersion, below)))
      .orderBy(desc(approvalVersion))
      .limit(LANDINGS_AT_ONCE);
    for (const { files, ...touch } of rows) {
      const told: unknown = await named(tx, files);
      for (const { path } of (Array.isArray(told) ? told : []) as readonly { readonly path: string }[])
        if (wanted.has(path) && !found.has(path)) found.set(path, touch);
    }
    if (rows.length < LANDINGS_AT_ONCE) break;
    below = rows.at(-1)!.version;
  }
  return found;
}
