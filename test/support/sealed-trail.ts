import { compileArtifact } from "../../src/engine/artifact.ts";
import { decide } from "../../src/engine/decide.ts";
import type { Decision } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
import { draftOf } from "../../src/gate/draft.ts";
import type { ApprovalRecord, CheckpointSink, Ledger, Notary } from "../../src/gate/ports.ts";
import { sealAudit } from "../../src/gate/seal-audit.ts";
import { generateKey, signerOf } from "../../src/notary/signing-key.ts";
import type { Database } from "../../src/store/index.ts";
import { readBundle } from "../../src/verifier/bundle.ts";
import { type Keys, readKeys } from "../../src/verifier/hashing.ts";
import { type Verification, verifyBundle } from "../../src/verifier/verify.ts";
import { approvedBy, facts } from "../engine/policy/build.ts";
import { begin, checks, landed, newRepository, save } from "../store/sample.ts";

const pair = generateKey();
export const SIGNER = signerOf(pair.privateKey);
export const KEYS: Keys = readKeys(pair.publicKey);
export const PUBLIC_KEY = pair.publicKey;

/** What GitHub would have said: bob of sec-ops approved alice's change. */
export const APPROVED_FACTS: Facts = facts(approvedBy("bob"));

/** A pull request with real facts and their real decision, approved and landed. */
export async function land(ledger: Ledger, given: Facts = APPROVED_FACTS, ownerId = 7): Promise<ApprovalRecord> {
  const work = await begin(ledger, newRepository(ownerId));
  const decision = decide(given);
  const evaluation = await save(ledger, {
    ...{ work, facts: given, decision, headSha: decision.head, baseRef: "main", baseSha: decision.base, author: "alice" },
    ...{ checks: checks("success"), done: true, draft: { ...draftOf(given, decision)!, agent: `org/${work.pull.repository.name}` } },
  });
  const approvers = new Map(decision.requirements.flatMap(({ approvals }) => approvals).map(({ userId, user }) => [userId, user]));
  return ledger.approveActiveDraft(
    landed(work, evaluation, {
      approvedBy: [...approvers].map(([id, login]) => ({ id, login })),
      compiled: compiled(given, decision),
    }),
  );
}

function compiled(given: Facts, decision: Decision) {
  return compileArtifact({
    agent: "agent",
    environment: "production",
    decision,
    contracts: [],
    policyDigest: decision.digests.policy,
    people: given.people?.actors ?? [],
  });
}

/** Signs all that is owed, however young. */
export async function seal(ledger: Ledger, sinks: readonly CheckpointSink[] = [], signer: Notary["signer"] = SIGNER): Promise<void> {
  await sealAudit({ ledger: impatient(ledger), notary: { signer, sinks } });
}

/** As if the first uncovered event had waited long enough. */
export function impatient(ledger: Ledger): Ledger {
  const chainStates = async () =>
    (await ledger.chainStates()).map((state) => ({
      ...state,
      uncoveredSince: state.uncoveredSince === null ? null : new Date(Date.parse(state.now) - 3_600_000).toISOString(),
    }));
  return { ...ledger, chainStates };
}

export async function tenantOf(ledger: Ledger, ownerId = 7): Promise<string> {
  return (await ledger.tenants()).find(({ login }) => login === `org-${ownerId}`)!.id;
}

export async function exported(ledger: Ledger, tenantId: string, since = 1): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of ledger.exportLines(tenantId, since)) lines.push(line);
  return lines;
}

export async function verified(lines: readonly string[], known: readonly unknown[] = [], keys: Keys = KEYS): Promise<Verification> {
  return verifyBundle(await readBundle(lines), keys, known);
}

/** What the owner of the database can do: the guards taken away, the act, the guards put back. */
export async function asOwner(db: Database, table: string, act: (db: Database) => Promise<void>): Promise<void> {
  const { sql } = await import("drizzle-orm");
  await db.outer.execute(sql.raw(`alter table ${table} disable trigger all`));
  await act(db);
  await db.outer.execute(sql.raw(`alter table ${table} enable trigger all`));
}
