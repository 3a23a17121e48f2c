import { LRUCache } from "lru-cache";
import { type CompiledSession, verifiedArtifact, verifiedSession } from "../engine/artifact.ts";
import { isPublished } from "../engine/plan.ts";
import { assertNever } from "../engine/problem.ts";
import type { PlanAnswer, PlanContent, PlanHead, PlanKey, PlanReading, PlanRecords } from "./ports.ts";
import { sharedReads } from "./shared-reads.ts";

/** Of sessions that were verified, by their length as JSON. */
const VERIFIED_CHARACTERS_MAX = 64 * 1024 * 1024;

/** The session, or why there is none to use. */
interface Current {
  readonly head: PlanHead;
  readonly session: CompiledSession | string;
}

type Records = Pick<PlanRecords, "planHead" | "planContent" | "wasPublished">;

/**
 * The plan as it stands now. Its row is read for every answer. What was verified once is remembered under the revision of the rows it was
 * read from, so that a row which changed, by whatever hand, is verified anew.
 */
export function createPlanReading(records: Records): PlanReading {
  const verified = new LRUCache<string, CompiledSession>({ maxSize: VERIFIED_CHARACTERS_MAX });
  const current = async (key: PlanKey): Promise<Current | null> => {
    const head = await records.planHead(key);
    if (head === null) return null;
    const known = verified.get(keyOf(head));
    if (known !== undefined || !isPublished(head.status)) return { head, session: known ?? "it is not published" };
    const content = await records.planContent(head.id);
    if (content === null) return null;
    // Read a moment later, and whole: this is the plan now.
    const session = verifiedContent(content);
    if (typeof session !== "string") verified.set(keyOf(content), session, { size: JSON.stringify(session).length });
    return { head: content, session };
  };
  const shared = sharedReads<Current | null>();
  return {
    async read(key, hash): Promise<PlanAnswer> {
      const plan = await shared(JSON.stringify([key.tenantId, key.agent, key.environment]), () => current(key));
      if (plan === null) return { status: "not_found" };
      const { head, session } = plan;
      if (hash !== null && hash !== head.compiledHash)
        return (await records.wasPublished(head.id, hash)) ? { status: "gone" } : { status: "not_found" };
      return answerOf(head, session);
    },
  };
}

function answerOf({ status, compiledHash }: PlanHead, session: CompiledSession | string): PlanAnswer {
  switch (status) {
    case "LEARNING":
    case "READY":
      return { status: "in_review", planStatus: status };
    case "APPROVED":
    case "ENFORCING":
      if (typeof session === "string") return { status: "invalid", because: session };
      if (compiledHash === null) return { status: "invalid", because: "the plan names no compiled hash" };
      return { status: "published", planStatus: status, compiledHash, session };
    default:
      return assertNever(status);
  }
}

function keyOf({ id, revision }: PlanHead): string {
  return `${id} ${revision}`;
}

/** The session, or why it must not be used. The plan and the artifact of its approval must both stand for the one hash. */
function verifiedContent({ compiledHash, session, artifact }: PlanContent): CompiledSession | string {
  if (compiledHash === null) return "the plan names no compiled hash";
  if (artifact === null) return "the artifact of its approval is missing";
  if (artifact.compiledHash !== compiledHash) return "the artifact of its approval is another one";
  const whole = verifiedSession(session, compiledHash);
  if (whole === null) return "its session does not verify";
  return verifiedArtifact(artifact) !== null ? whole : "the artifact of its approval does not verify";
}
