import type { Bundle, BundleEvent, Fault, Rows } from "./bundle.ts";
import { canonical, domainDigest, type Keys, openEnvelope } from "./hashing.ts";
import { slotFaults } from "./slots.ts";

export const IN_TOTO_TYPE = "application/vnd.in-toto+json";
export const PREDICATE_TYPE = "urn:countersign:contract-approval:v1";
const MINTED: ReadonlySet<string> = new Set(["governance.approved", "governance.approval_forced"]);

export interface EvidenceVerdict {
  readonly faults: readonly Fault[];
  /** Of what something could have been changed without a fault: nothing that is chained or signed tells its digest. */
  readonly uncovered: readonly Fault[];
}

/** Every approval stands on an event, an artifact, an evaluation and a signed statement that say the same; and every such event has its approval. */
export function verifyEvidence(bundle: Bundle, keys: Keys, sealedTo: number): EvidenceVerdict {
  const faults: Fault[] = [];
  const uncovered: Fault[] = [];
  const events = new Map(bundle.events.map((event) => [event.seq, event]));
  const claimed = new Set<number>();
  const [artifacts, evaluations, attestations] = [
    Map.groupBy(bundle.artifacts, (row) => row["approvalId"]),
    Map.groupBy(bundle.evaluations, (row) => row["id"]),
    Map.groupBy(bundle.attestations, (row) => row.approvalId),
  ];
  for (const approval of bundle.approvals) {
    const id = String(approval["id"]);
    const seq = Number(approval["auditSeq"]);
    const tell = (because: string) => void faults.push({ at: `approval ${id} (event ${seq})`, because });
    const event = events.get(seq);
    if (event === undefined || claimed.has(seq)) {
      tell("no event of the trail made it: it was put in beside the trail, or stands there twice");
      continue;
    }
    claimed.add(seq);
    for (const because of eventFaults(approval, event)) tell(because);
    const [artifact, ...twins] = artifacts.get(approval["id"]) ?? [];
    const [evaluation, ...others] = evaluations.get(approval["evaluationId"]) ?? [];
    const [attestation, ...more] = attestations.get(id) ?? [];
    if (artifact === undefined) tell("its artifact is missing");
    else for (const because of artifactFaults(artifact, event)) tell(because);
    if (evaluation === undefined) tell("its evaluation is missing");
    else if (!evaluationHolds(evaluation, event)) tell("its evaluation was altered: facts and decision do not give their digest");
    if (twins.length + others.length + more.length > 0) tell("its evidence stands there twice");
    if (attestation !== undefined)
      for (const because of statementFaults(
        attestation.envelope,
        { approval, artifact, evaluation, event, tenantId: bundle.tenantId },
        keys,
      ))
        tell(because);
    else if (seq <= sealedTo) tell("its signed statement is missing: a checkpoint is only made after it");
    else uncovered.push({ at: `approval ${id} (event ${seq})`, because: openParts(event) });
  }
  const known = new Set(bundle.approvals.map((row) => row["id"]));
  const used = new Set(bundle.approvals.map((row) => row["evaluationId"]));
  for (const row of bundle.artifacts) if (!known.has(row["approvalId"])) faults.push(stray("artifact", row["id"]));
  for (const row of bundle.evaluations) if (!used.has(row["id"])) faults.push(stray("evaluation", row["id"]));
  for (const row of bundle.attestations) if (!known.has(row.approvalId)) faults.push(stray("statement", row.approvalId));
  for (const event of bundle.events)
    if (MINTED.has(event.type) && !claimed.has(event.seq))
      faults.push({ at: `event ${event.seq}`, because: "it tells of an approval whose record is missing" });
  return { faults, uncovered };
}

/** What of an approval without its statement could be changed: the chain holds its event, and no more. */
function openParts(event: BundleEvent): string {
  const evaluation = toldDigest(event) === undefined ? "its evaluation, and " : "";
  return `no signed statement is there yet: ${evaluation}what its event does not tell of it (when, the reason, what blocked, who merged) could be changed`;
}

function stray(what: string, id: unknown): Fault {
  return { at: `${what} ${String(id)}`, because: "it belongs to no approval of the bundle" };
}

/** What an event tells of its approval, as far as the record has it too. */
const TOLD: readonly string[] = [
  ...["repositoryId", "pullRequest", "mergeSha", "workspaceId", "draftId", "draftSnapshotId", "draftVersion", "approvalVersion", "kind"],
  ...["channel", "approvedBy", "evaluationId", "overrideId", "sourceSnapshotHash", "commandHistoryHash"],
];

function eventFaults(approval: Rows, event: BundleEvent): readonly string[] {
  if (!MINTED.has(event.type)) return [`event ${event.seq} is of another kind (${event.type})`];
  const said = Object(event.payload) as Rows;
  const people = Array.isArray(approval["approvedBy"]) ? approval["approvedBy"].map((person) => (Object(person) as Rows)["id"]) : null;
  const written: Rows = { ...approval, approvalId: approval["id"], approvedBy: people };
  const differs = TOLD.filter((key) => key in said && canonical(said[key] ?? null) !== canonical(written[key] ?? null));
  const missing = said["approvalId"] === approval["id"] ? [] : ["approvalId"];
  const actor = event.actor === null || event.actor === String(approval["actorId"]) ? [] : ["actorId"];
  return [...differs, ...missing, ...actor].map((key) => `its ${key} is not the one that its event tells`);
}

function artifactFaults(artifact: Rows, event: BundleEvent): readonly string[] {
  const hash = domainDigest("countersign/compiled/v1", {
    runtime: domainDigest("countersign/runtime-projection/v1", artifact["runtimeProjection"] ?? null),
    review: domainDigest("countersign/review-projection/v1", artifact["reviewProjection"] ?? null),
    compilerVersion: artifact["compilerVersion"] ?? null,
  });
  const faults: string[] = [];
  if (hash !== artifact["compiledHash"]) faults.push("its artifact was altered: its projections do not give its hash");
  if (artifact["compiledHash"] !== (Object(event.payload) as Rows)["compiledHash"])
    faults.push("its artifact is not the one that its event tells");
  return faults;
}

/** By its event, which the chain holds, and by its own digest. Of before either was kept, the statement's digest of the record has to do. */
function evaluationHolds({ storedDigest, facts, decision }: Rows, event: BundleEvent): boolean {
  const computed = domainDigest("countersign/stored-evaluation/v1", { facts, decision });
  return [toldDigest(event), storedDigest].every((kept) => kept === undefined || kept === computed);
}

function toldDigest({ payload }: BundleEvent): unknown {
  return (Object(payload) as Rows)["evaluationDigest"];
}

interface Records {
  readonly tenantId: string;
  readonly approval: Rows;
  readonly artifact: Rows | undefined;
  readonly evaluation: Rows | undefined;
  readonly event: BundleEvent;
}

function statementFaults(envelope: unknown, records: Records, keys: Keys): readonly string[] {
  const opened = openEnvelope(envelope, IN_TOTO_TYPE, keys);
  if ("because" in opened) return [`its statement: ${opened.because}`];
  const statement = Object(opened.said) as Rows;
  if (statement["_type"] !== "https://in-toto.io/Statement/v1" || statement["predicateType"] !== PREDICATE_TYPE)
    return ["its statement is of another kind"];
  const predicate = Object(statement["predicate"]) as Rows;
  const { approval, artifact, evaluation, event } = records;
  const subjects = (Array.isArray(statement["subject"]) ? statement["subject"] : []).map(
    (each) => Object((Object(each) as Rows)["digest"]) as Rows,
  );
  const digests = Object(predicate["records"]) as Rows;
  const audit = Object(predicate["audit"]) as Rows;
  const holds: readonly (readonly [string, boolean])[] = [
    ["names another approval", predicate["approvalId"] === approval["id"] && predicate["tenantId"] === records.tenantId],
    ["stands on another event", audit["seq"] === event.seq && audit["hash"] === event.hash],
    ["is about another artifact", subjects[0]?.["sha256"] === artifact?.["compiledHash"]],
    ["is about another merge", (subjects[1]?.["gitCommit"] ?? null) === (approval["mergeSha"] ?? null)],
    ["saw another approval record", digests["approval"] === digestOf(approval)],
    ["saw another artifact", digests["artifact"] === digestOf(artifact)],
    ["saw another evaluation", digests["evaluation"] === digestOf(evaluation)],
    ["rests on another evaluation", predicate["evaluationId"] === approval["evaluationId"]],
  ];
  return [...holds.flatMap(([because, isSo]) => (isSo ? [] : [`its statement ${because}`])), ...slotFaults(predicate, approval, artifact)];
}

function digestOf(record: Rows | undefined): string | null {
  return record === undefined ? null : domainDigest("countersign/record/v1", record);
}
