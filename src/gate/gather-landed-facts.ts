import { decide } from "../engine/decide.ts";
import { isPassing } from "../engine/decision.ts";
import type { Facts, PeopleFacts } from "../engine/facts.ts";
import type { GatherDeps } from "./deps.ts";
import { gatherFacts } from "./gather-facts.ts";
import type { PullTruth } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { landedOn } from "./read-landing.ts";

/**
 * The facts about a merged pull request that was never decided, as they stood when it landed: the base and the policy of before it
 * (the tips of now hold what it brought), and what people did until then. Rejects with TruthError when a read fails.
 */
export async function gatherLandedFacts(deps: GatherDeps, key: string, pull: PullTruth): Promise<Facts> {
  if (pull.mergeCommitSha === null) throw new TruthError(`merge of #${pull.number}`, "network", "GitHub names no merge commit yet");
  // Pushed to the base as it was: its own history holds no place that it was put on.
  const pushed = pull.mergeCommitSha === pull.headSha;
  const candidates = pushed ? [pull.baseSha] : await landedOn(deps.pulls, pull, pull.mergeCommitSha);
  const base = candidates[0]!;
  let facts: Facts | null = null;
  // A squash and a rebase look alike: whichever of the places it may have landed on, the policy there must let it pass.
  // The oldest first: what is there on the first look at a repository is its first version, and that may not be its own.
  for (const trusted of candidates.toReversed()) {
    const read = await gatherFacts(deps, key, pull, { base, trusted });
    facts = { ...read, people: read.people === null ? null : until(read.people, pull.mergedAt ?? null) };
    if (!isPassing(decide(facts).state)) break;
  }
  return facts!;
}

/** What came with or after the merge, or at an unknown instant, gave nobody leave to merge. GitHub tells whole seconds. */
function until(people: PeopleFacts, mergedAt: string | null): PeopleFacts {
  const mergedMs = mergedAt === null ? Number.NaN : Date.parse(mergedAt);
  const before = ({ at }: { readonly at: string }) => Date.parse(at) < mergedMs;
  return {
    ...people,
    reviews: people.reviews.filter((review) => before({ at: review.submittedAt })),
    labels: people.labels.filter(before),
    comments: people.comments.filter(before),
  };
}
