import type { CompiledContract } from "../engine/contract/finding.ts";
import type { ContractParts } from "../engine/contract/parts.ts";
import { decide } from "../engine/decide.ts";
import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import { draftOf } from "./draft.ts";
import { withPeople } from "./draft-people.ts";
import type {
  DraftContext,
  DraftSnapshot,
  Electorate,
  NewSource,
  Outcome,
  Refused,
  SavedDraft,
  StoodBefore,
  StudioRecords,
} from "./ports.ts";

export interface StudioDeps {
  readonly records: StudioRecords;
  readonly electorate: Electorate;
}

/** Another writer came first this often: the caller is told to try again. */
const TRIES = 25;

export interface DraftEdit {
  readonly tenantId: string;
  readonly draftId: string;
  /** The draft's version that the edit was made on; 0 = nothing was saved yet. */
  readonly version: number;
  /** Who made the edit, and so can no longer approve it; null = nobody vouches for who it was. */
  readonly actorId: number | null;
  readonly origin: string;
  /**
   * What the change does, under which policy: `subject`, `policy`, `diff`, `governanceFiles`, `lineage` … What it says of people is
   * replaced by the draft's own votes and by GitHub's answer.
   */
  readonly facts: Facts;
  /** Every governed contract on the head side: what the artifact is compiled from. */
  readonly contracts: readonly CompiledContract[];
  readonly parts: readonly ContractParts[];
  readonly base: StoodBefore;
  readonly sources: readonly NewSource[];
}

/**
 * Decides about a draft that is no pull request and keeps it as the draft's next version. Votes that were given for the same content
 * stand. Rejects with `TruthError` when people cannot be read.
 */
export async function saveDraftSnapshot({ records, electorate }: StudioDeps, edit: DraftEdit): Promise<Outcome<SavedDraft>> {
  return retried(records, edit, async (context) => {
    if (context.draft.currentVersion !== edit.version)
      return refused("VERSION_CONFLICT", `the draft is at version ${context.draft.currentVersion}`);
    const contribution = { personId: edit.actorId, headSha: edit.facts.subject.headSha, at: context.now };
    const facts = await withPeople(electorate, { ...edit, context }, { contribution });
    const decision = decide(facts);
    const draft = draftOf(facts, decision);
    if (draft === null) return refused("INVALID_STATE", "nothing governed changes in it");
    const { tenantId, draftId, actorId, origin, contracts, parts, base, sources } = edit;
    const expected = { version: edit.version, lastVote: lastVote(context) };
    return records.saveDraftSnapshot({
      tenantId,
      draftId,
      expected,
      facts,
      decision,
      draft,
      actorId,
      origin,
      contracts,
      parts,
      base,
      sources,
    });
  });
}

/** Reads the draft, acts, and begins anew when another writer came first. */
export async function retried<T>(
  records: StudioRecords,
  place: { readonly tenantId: string; readonly draftId: string },
  act: (context: DraftContext) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  let outcome: Outcome<T> = refused("NOT_FOUND", "there is no such draft");
  for (let tries = 0; tries < TRIES; tries += 1) {
    const context = await records.draftContext(place.tenantId, place.draftId);
    if (context === null) return refused("NOT_FOUND", "there is no such draft");
    outcome = await act(context);
    const moved = outcome.status === "refused" && outcome.code === "VERSION_CONFLICT";
    if (!moved) return outcome;
  }
  return outcome;
}

export function lastVote(context: DraftContext): number {
  return context.votes.at(-1)?.seq ?? 0;
}

export function refused(code: Refused["code"], message: string, more: Pick<Refused, "hint" | "details"> = {}): Refused {
  return { status: "refused", code, message, ...more };
}

/** The draft of a decision that is made again about a draft; it was one before, so it is one now. */
export function redraft(facts: Facts, decision: Decision): DraftSnapshot {
  const draft = draftOf(facts, decision);
  if (draft === null) throw new Error("a stored draft no longer governs anything");
  return draft;
}
