import type { SealedEvent } from "./audit.ts";
import { digest } from "./canonical.ts";
import type { Decision } from "./decision.ts";
import { type Envelope, type Signer, signStatement } from "./dsse.ts";
import type { Facts } from "./facts.ts";
import { directoryOf } from "./policy/directory.ts";

export const IN_TOTO_TYPE = "application/vnd.in-toto+json";
export const PREDICATE_TYPE = "urn:countersign:contract-approval:v1";
/** Raised when the statement changes shape. */
export const EVALUATOR = "countersign/1";

/** What a statement is made from: rows as they are stored, and the evaluation that they rest on. */
export interface AttestationInput {
  readonly tenantId: string;
  readonly approval: Readonly<Record<string, unknown>>;
  readonly artifact: Readonly<Record<string, unknown>>;
  readonly event: SealedEvent;
  readonly evaluation: {
    readonly id: string;
    readonly record: Readonly<Record<string, unknown>>;
    readonly facts: Facts;
    readonly decision: Decision;
  };
}

/**
 * The in-toto Statement v1 of one approval: what was approved, on what it rests, who voted, and in which teams they were when it was
 * decided. Deterministic, without names: people are account ids.
 */
export function attestationOf(input: AttestationInput): unknown {
  const { approval, artifact, event, evaluation } = input;
  const { facts, decision } = evaluation;
  const mergeSha = approval["mergeSha"];
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      { name: `artifact/${String(approval["id"])}`, digest: { sha256: artifact["compiledHash"] } },
      ...(typeof mergeSha === "string"
        ? [{ name: `repository/${String(approval["repositoryId"])}`, digest: { gitCommit: mergeSha } }]
        : []),
    ],
    predicateType: PREDICATE_TYPE,
    predicate: {
      tenantId: input.tenantId,
      approvalId: approval["id"],
      kind: approval["kind"],
      channel: approval["channel"],
      repositoryId: approval["repositoryId"] ?? null,
      pullRequest: approval["pullRequest"] ?? null,
      base: decision.base ?? null,
      head: decision.head ?? null,
      merge: mergeSha ?? null,
      policy: { digest: decision.digests.policy, commit: facts.policyCommit ?? null, version: facts.inForce?.repository?.seq ?? null },
      change: { findings: decision.digests.findings, content: decision.digests.content },
      decision: { state: decision.state, asOf: facts.asOf, facts: decision.digests.facts },
      author: personId(facts, facts.subject?.author ?? null),
      requirements: requirementsOf(facts, decision),
      override: overrideOf(approval, decision),
      evaluator: EVALUATOR,
      evaluationId: evaluation.id,
      // Whatever else a row says is held by its digest.
      records: {
        approval: recordDigest(approval),
        artifact: recordDigest(artifact),
        evaluation: recordDigest(evaluation.record),
      },
      audit: { seq: event.seq, hash: event.hash },
    },
  };
}

export function attest(input: AttestationInput, signer: Signer): Envelope {
  return signStatement(IN_TOTO_TYPE, attestationOf(input), signer);
}

/** A submission is forced beside its decision, by whoever called for it: the decision knows nothing of that. */
function overrideOf(approval: AttestationInput["approval"], { override }: Decision): unknown {
  if (override !== null && override !== undefined) return { by: override.byId, at: override.at };
  return typeof approval["overrideId"] !== "string" ? null : { by: approval["actorId"], at: approval["approvedAt"] };
}

/** Of one row as an export shows it. */
export function recordDigest(record: Readonly<Record<string, unknown>>): string {
  return digest("countersign/record/v1", record);
}

function requirementsOf(facts: Facts, decision: Decision): readonly unknown[] {
  if (!decision.requirements) return [];
  const config = facts.policy?.status === "ok" ? facts.policy.set.config : null;
  const directory = facts.people && config ? directoryOf(facts.people, config, facts.inForce?.pins) : null;
  const reviews = new Map(facts.people?.reviews.map((review) => [review.id, review]));
  return decision.requirements.map(({ id: _named, team, role, users, minApprovals, source, approvals }) => ({
    team,
    role,
    users: [...(directory?.members({ kind: "users", users }) ?? [])].sort((a, b) => a - b),
    minApprovals,
    source,
    votes: approvals.map(({ userId, reviewId, submittedAt }) => ({
      person: userId,
      reviewId,
      submittedAt,
      observedAt: reviews.get(reviewId)?.receipt?.at ?? null,
      teams: (facts.people?.teams ?? [])
        .filter(({ slug }) => directory?.membership(userId, { kind: "team", team: slug }).status === "member")
        .map(({ slug, id }) => ({ slug, id }))
        .sort((left, right) => left.id - right.id),
    })),
  }));
}

function personId(facts: Facts, login: string | null): number | null {
  if (login === null) return null;
  return facts.people?.actors.find((actor) => actor.login.toLowerCase() === login.toLowerCase())?.id ?? null;
}
