import { eq } from "drizzle-orm";
import { verifiedArtifact } from "../../engine/artifact.ts";
import {
  type BaseDifference,
  type BaseStanding,
  baseDifferences,
  differenceText,
  type FileStanding,
  leavesAsApproved,
  partDifferences,
  standingOf,
} from "../../engine/base-standing.ts";
import type { CompiledContract } from "../../engine/contract/finding.ts";
import { type ContractParts, differingParts } from "../../engine/contract/parts.ts";
import type { Facts } from "../../engine/facts.ts";
import type { Tx } from "../connect.ts";
import { compiledGovernanceArtifact } from "../schema.ts";
import { baseOf, type ContractPin, partsOf } from "./add-snapshot.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { contentsPinned } from "./contract-contents.ts";
import type { SnapshotRow, WorkspaceRow } from "./draft-lineage.ts";
import { lastLanded, lastSubmitted, newestLanding, type Touch } from "./last-touches.ts";

/** Differences that a refusal says in its sentence; its details have more. */
const SAID_MAX = 3;
const OLDER = "what stood before it was not kept: it was submitted to an earlier version of Countersign";
const RESUBMIT =
  "nothing was approved and nothing is lost: votes stand, and it can be rejected. Submit the change again, or a further version of it " +
  "(`--update`), from the content that was approved last; an admin can force it as it is, by an override that says so";

/** No id of a text. */
const ABSENT = "";

/** What the workspace's approval before holds; null = nothing was approved in it. Refused when it does not verify. */
export async function approvedContracts(tx: Tx, { activeApprovalId }: WorkspaceRow): Promise<readonly CompiledContract[] | null> {
  if (activeApprovalId === null) return null;
  const held = await contractsOfApproval(tx, activeApprovalId);
  if (held !== null) return held;
  const message = "the artifact of the approval before is missing or does not verify, so nothing can go on from it";
  throw new ApprovalRefused("NOT_READY", message);
}

interface Draft {
  readonly workspace: WorkspaceRow;
  readonly snapshot: SnapshotRow;
  readonly facts: Facts;
  /** On the head side. */
  readonly own: readonly CompiledContract[];
}

/**
 * Holds what the snapshot says stood before it against the approval before, file by file: what it changes, and what it sent along, by which
 * the change was read. A file stands where its contract says what was
 * approved, or where its text is the one that was approved and is only read otherwise now than then.
 */
export async function standingOfBase(tx: Tx, draft: Draft, approved: readonly CompiledContract[] | null): Promise<BaseStanding> {
  if (approved === null) return { status: "stands" };
  const { snapshot, facts, own, workspace } = draft;
  const base = baseOf(snapshot);
  if (base === null) return { status: "unknown", because: OLDER };
  const before = Map.groupBy(await contentsPinned<CompiledContract>(tx, snapshot.tenantId, base.contracts), ({ file }) => file);
  const [held, after] = [Map.groupBy(approved, ({ file }) => file), Map.groupBy(own, ({ file }) => file)];
  const beside = new Map(base.beside.map(({ file, blob }) => [file, blob]));
  const blobs = new Map([...facts.diff.files.map(({ path, baseBlob }) => [path, baseBlob] as const), ...beside]);
  const paths = [...new Set([...blobs.keys(), ...before.keys(), ...after.keys()])].sort();
  const files = paths.map((file): FileStanding => {
    const stood = before.get(file) ?? [];
    return { file, approved: held.get(file) ?? [], base: stood, head: beside.has(file) ? stood : (after.get(file) ?? []) };
  });
  const last = await lastSubmitted(tx, workspace.id, paths);
  const landed = await newestLanding(tx, workspace.id);
  const leftAt = (file: string) => {
    const touch = last.get(file);
    return touch !== undefined && touch.version > landed ? touch : null;
  };
  const partsLeft = (file: string) => leftAt(file)?.parts ?? null;
  const partsNow = (file: string) => (beside.has(file) ? base.parts : partsOf(snapshot));
  const leavesParts = paths.every((file) => saysAsLeft(partsNow(file), file, partsLeft(file)));
  if (leavesParts && leavesAsApproved(files)) return { status: "stands" };
  const isApprovedText = (file: string) => leftAt(file) !== null && leftAt(file)!.text === (blobs.get(file) ?? ABSENT);
  const besideStands = [...beside.keys()].every(isApprovedText);
  const earlier = await heldBefore(tx, workspace, files, last);
  const moved: BaseDifference[] = [];
  for (const standing of files) {
    const { file } = standing;
    const found = baseDifferences(earlier.get(file) ?? standing);
    // The same text may be read otherwise by another version or policy; what it loses by that, nobody was shown.
    if (found.length > 0) moved.push(...(isApprovedText(file) && besideStands ? found.filter(({ lost }) => lost) : found));
    else if (!isApprovedText(file)) moved.push(...(await otherParts(tx, snapshot, file, partsLeft(file))));
  }
  return standingOf(moved);
}

/** Whether these pins say of a file what was left there; also where nobody knows what that is, or no contract stands there. */
function saysAsLeft(pins: readonly ContractPin[] | null, file: string, left: ContractPin | null): boolean {
  const says = pins?.find((pin) => pin.file === file);
  return left === null || says === undefined || says.digest === left.digest;
}

/** What the artifact does not tell, where the approval that touched the file last kept it. */
async function otherParts(tx: Tx, snapshot: SnapshotRow, file: string, left: ContractPin | null): Promise<readonly BaseDifference[]> {
  const stood = baseOf(snapshot)?.parts ?? null;
  if (left === null || saysAsLeft(stood, file, left)) return [];
  const says = stood!.filter((pin) => pin.file === file);
  const [was, is] = await contentsPinned<ContractParts>(tx, snapshot.tenantId, [left, ...says]);
  return partDifferences(file, differingParts(was!, is!));
}

/** Refuses whatever does not begin from what was approved. */
export function refuseMovedBase(base: BaseStanding): void {
  if (base.status === "stands") return;
  if (base.status === "unknown") throw new ApprovalRefused("BASE_MOVED", base.because, { hint: RESUBMIT, details: { differences: [] } });
  const { differences, more } = base;
  const said = differences.slice(0, SAID_MAX).map(differenceText);
  const rest = differences.length - said.length + more;
  const message = `it does not begin from what was approved before: ${said.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
  throw new ApprovalRefused("BASE_MOVED", message, { hint: RESUBMIT, details: { differences, more } });
}

/**
 * Files that the approval before lacks, and that are said to have stood there: each as the last approval to touch it left it. Of one that
 * none ever touched nothing is known, so it is as it is said to be.
 */
async function heldBefore(
  tx: Tx,
  { id }: WorkspaceRow,
  files: readonly FileStanding[],
  submitted: ReadonlyMap<string, Touch>,
): Promise<ReadonlyMap<string, FileStanding>> {
  const lacking = files.filter(({ approved, base }) => approved.length === 0 && base.length > 0);
  const landed = await lastLanded(tx, id, new Set(lacking.map(({ file }) => file)));
  const artifacts = new Map<string, readonly CompiledContract[]>();
  const known = new Map<string, FileStanding>();
  for (const standing of lacking) {
    const { file, base } = standing;
    const touches = [submitted.get(file), landed.get(file)].filter((touch) => touch !== undefined);
    const last = touches.toSorted((a, b) => b.version - a.version)[0];
    if (last === undefined) {
      known.set(file, { ...standing, approved: base });
      continue;
    }
    const held = artifacts.get(last.approvalId) ?? (await contractsOfApproval(tx, last.approvalId)) ?? [];
    artifacts.set(last.approvalId, held);
    known.set(file, { ...standing, approved: held.filter((contract) => contract.file === file) });
  }
  return known;
}

/** null = missing, or not what its hash says. */
async function contractsOfApproval(tx: Tx, approvalId: string): Promise<readonly CompiledContract[] | null> {
  const [row] = await tx.select().from(compiledGovernanceArtifact).where(eq(compiledGovernanceArtifact.approvalId, approvalId));
  if (row === undefined) return null;
  return verifiedArtifact({ ...row, review: row.reviewProjection, runtime: row.runtimeProjection })?.runtime_projection.contracts ?? null;
}
