import { and, eq, inArray } from "drizzle-orm";
import { digest } from "../../engine/canonical.ts";
import type { CompiledContract } from "../../engine/contract/finding.ts";
import type { ContractParts } from "../../engine/contract/parts.ts";
import type { Tx } from "../connect.ts";
import { contractContent } from "../schema.ts";
import type { ContractPin } from "./add-snapshot.ts";
import { ApprovalRefused } from "./approval-refused.ts";

/** What is said of one file, kept once for all snapshots that hold it. */
export type KeptContent = CompiledContract | ContractParts;

const CONTENTS_AT_ONCE = 500;

/** Stores what is not there yet; the pins that a snapshot remembers, by file. */
export async function keepContents(tx: Tx, tenantId: string, contents: readonly KeptContent[]): Promise<readonly ContractPin[]> {
  // In one order for everybody: two drafts that hold the same contracts never wait for one another in a circle.
  const rows = contents
    .map((content) => ({ tenantId, content, digest: digest("countersign/contract/v1", content) }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  for (let start = 0; start < rows.length; start += CONTENTS_AT_ONCE)
    await tx
      .insert(contractContent)
      .values(rows.slice(start, start + CONTENTS_AT_ONCE))
      .onConflictDoNothing();
  return rows
    .map((row) => ({ file: row.content.file, digest: row.digest }))
    .sort((a, b) => (`${a.file} ${a.digest}` < `${b.file} ${b.digest}` ? -1 : 1));
}

/** What a snapshot pins; each is what its digest says, or the approval is refused. */
export async function contentsPinned<T extends KeptContent>(tx: Tx, tenantId: string, pins: readonly ContractPin[]): Promise<readonly T[]> {
  const found = new Map<string, T>();
  for (let start = 0; start < pins.length; start += CONTENTS_AT_ONCE) {
    const digests = pins.slice(start, start + CONTENTS_AT_ONCE).map((pin) => pin.digest);
    const rows = await tx
      .select()
      .from(contractContent)
      .where(and(eq(contractContent.tenantId, tenantId), inArray(contractContent.digest, digests)));
    for (const row of rows) found.set(row.digest, row.content as T);
  }
  return pins.map((pin) => {
    const content = found.get(pin.digest);
    if (content !== undefined && digest("countersign/contract/v1", content) === pin.digest) return content;
    throw new ApprovalRefused("NOT_READY", `the contract ${pin.file} of this snapshot is missing or not what it was`);
  });
}
