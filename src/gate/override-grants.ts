import type { Facts, LabelFact, PeopleFacts } from "../engine/facts.ts";
import { authorityNow } from "../engine/policy/override-authority.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { isObserved } from "./enrolled.ts";
import type { OverrideGrant, Overrides, PullTruth } from "./ports.ts";

type GrantMemory = Pick<Overrides, "overrideGrants" | "recordGrant">;

/**
 * What is remembered of overrides, as facts: for each override label whether who set it was entitled when it was first worked on (judged
 * and kept now when it is new). A label without a signed delivery has no authority. Where the gate only
 * observes, a label of nobody entitled is not kept: what is kept is taken off.
 */
export async function withGrants(
  ledger: GrantMemory,
  key: string,
  pull: PullTruth,
  facts: Facts,
  people: PeopleFacts,
): Promise<PeopleFacts> {
  const wanted = readableSet(facts.policy).config.override.label.toLowerCase();
  const isOverride = (label: LabelFact) => label.name.toLowerCase() === wanted;
  if (!people.labels.some(isOverride)) return people;
  const known = await ledger.overrideGrants(pull.repository.id, pull.number);
  const fresh = people.labels.filter((label) => isOverride(label) && isNew(label, known));
  for (const label of fresh) await keep(ledger, key, pull, { ...facts, people }, label);
  const grants = fresh.length === 0 ? known : await ledger.overrideGrants(pull.repository.id, pull.number);
  const labels = people.labels.map((label) =>
    isOverride(label) ? { ...label, authority: authorityIn(grants, label) ?? observedAuthority({ ...facts, people }, label) } : label,
  );
  return { ...people, labels };
}

function isNew(label: LabelFact, known: readonly OverrideGrant[]): boolean {
  return typeof label.delivery === "string" && !known.some((grant) => grant.delivery === label.delivery);
}

async function keep(ledger: GrantMemory, key: string, pull: PullTruth, facts: Facts, label: LabelFact): Promise<void> {
  const judged = authorityNow(facts, label);
  if (judged === null || typeof label.delivery !== "string" || (isObserved(facts) && !judged.entitled)) return;
  await ledger.recordGrant(key, {
    repositoryId: pull.repository.id,
    pullRequest: pull.number,
    delivery: label.delivery,
    label: label.name,
    actorId: facts.people?.actors.find(({ login }) => login === label.actor)?.id ?? null,
    headSha: label.headSha ?? null,
    baseRef: label.baseRef ?? null,
    labelledAt: label.at,
    observedAt: facts.asOf,
    ...judged,
  });
}

/** The refusal that is shown and not kept; null = not observed, or no refusal. */
function observedAuthority(facts: Facts, label: LabelFact): (LabelFact["authority"] & {}) | null {
  const judged = isObserved(facts) && typeof label.delivery === "string" ? authorityNow(facts, label) : null;
  return judged === null || judged.entitled ? null : { ...judged, observedAt: facts.asOf, used: false };
}

function authorityIn(grants: readonly OverrideGrant[], label: LabelFact): (LabelFact["authority"] & {}) | null {
  const grant = grants.find(({ delivery }) => delivery === label.delivery);
  if (grant === undefined) return null;
  return { entitled: grant.entitled, because: grant.because, observedAt: grant.observedAt, used: grant.used };
}
