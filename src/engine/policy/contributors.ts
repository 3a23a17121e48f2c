import type { Actor, CommitFact, PeopleFacts, Subject } from "../facts.ts";
import type { Directory } from "./directory.ts";

export interface Contributors {
  /** Account id -> what that person did: "pushed 3f2a91c to this branch". */
  readonly known: ReadonlyMap<number, { readonly reason: "author" | "launcher" | "pusher" | "committer"; readonly because: string }>;
  /** One sentence for each contribution by nobody knows whom. */
  readonly unknown: readonly string[];
}

/** An agent that had a hand in the change, and who launched it. */
export interface LaunchedAgent {
  readonly id: string;
  readonly automation: boolean;
  readonly launchedBy: readonly string[];
  /** False: it was launched by nobody knows whom. */
  readonly launchKnown: boolean;
}

/** GitHub's own committer for edits in the browser: nobody. */
const NOBODY = "web-flow";

type Reason = "author" | "launcher" | "pusher" | "committer";

/** Makes "author of this change" a thing that somebody did; the others are verbs already. */
const DID = { author: "is ", launcher: "", pusher: "", committer: "" } as const satisfies Record<Reason, string>;

/** Everyone who had a hand in the change: they cannot supply an approval that it needs (decision.md section 6.2). Git dates play no part. */
export function contributorsOf(
  subject: Subject,
  people: PeopleFacts,
  agents: readonly LaunchedAgent[],
  directory: Directory,
): Contributors {
  const known = new Map<number, { reason: Reason; because: string }>();
  const unknown = new Map<string, string>();
  const add = (login: string | null, reason: Reason, because: string, key: string): void => {
    const person = directory.person(login);
    if (person === null)
      unknown.set(key, `${login === null ? "somebody unknown" : `\`${login}\`, which resolves to no account,`} ${DID[reason]}${because}`);
    else if (!known.has(person.id)) known.set(person.id, { reason, because });
  };

  add(subject.author, "author", "author of this change", "author");
  for (const { number, author } of subject.stack?.layers ?? []) add(author, "author", `author of #${number} below`, `layer:${number}`);
  for (const { id, automation, launchedBy, launchKnown } of agents) {
    for (const login of launchedBy) add(login, "launcher", `launched the agent ${id}`, `launcher:${id}`);
    if (!automation && !launchKnown) add(null, "launcher", `launched the agent ${id}`, `launcher:${id}`);
  }
  const updates = updateMerges(people);
  const acted = new Set([subject.author, ...people.pushes.map(({ actor }) => actor)].flatMap((login) => directory.person(login)?.id ?? []));
  for (const commit of people.commits) {
    if (updates.has(commit.sha)) continue;
    const short = commit.sha.slice(0, 7);
    const claims = commit.verified ? [] : identitiesOf(commit).filter(({ login }) => !isOf(directory.person(login), acted));
    for (const { login, key } of identitiesOf(commit)) add(login, "committer", `has a part in commit ${short}`, key);
    // A claim that nobody vouches for takes an approver away, and never stands in for the person who made it.
    for (const { login, key } of claims)
      if (!unknown.has(key)) unknown.set(key, `GitHub does not vouch for ${login}, who is named in commit ${short}`);
    if (!commit.verified && claims.length === 0) unknown.set(`sha:${commit.sha}`, `GitHub does not vouch for who wrote commit ${short}`);
  }
  for (const push of people.pushes) {
    if (isUpdatePush(push.sha, people, updates)) continue;
    add(push.actor, "pusher", `pushed ${push.sha.slice(0, 7)} to this branch`, `push:${push.sha}`);
  }
  // A list that does not reach the head leaves out who wrote it.
  if (!people.commits.some((commit) => commit.sha === subject.headSha)) unknown.set("commits", "the commits of this change are not known");
  if (!people.history.pushHistoryComplete) unknown.set("history", "the push history is not complete");
  return { known, unknown: [...unknown.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, because]) => because) };
}

/**
 * Everybody whom a commit names, once: each whom nobody knows is one more (decision.md section 6.2, ADR 6). Author and committer are one only
 * where one signature is all that is unknown of them.
 */
function identitiesOf({ sha, author, committer, coAuthors, identities }: CommitFact): readonly { login: string | null; key: string }[] {
  const same = author === null && committer === null && identities?.length === 1;
  const named = [author, ...(same ? [] : [committer]), ...coAuthors].filter((login) => login?.toLowerCase() !== NOBODY);
  const keyed = named.map((login, index) => ({ login, key: `sha:${sha}:${login?.toLowerCase() ?? `#${index}`}` }));
  return [...new Map(keyed.map((each) => [each.key, each])).values()];
}

function isOf(person: Actor | null, ids: ReadonlySet<number>): boolean {
  return person !== null && ids.has(person.id);
}

/** Merges of the base into the branch that bring nothing of their own. */
function updateMerges(people: PeopleFacts): ReadonlySet<string> {
  return new Set(people.commits.filter((commit) => commit.baseMerge === true && commit.parents.length === 2).map((commit) => commit.sha));
}

/** True when the push brought only such a merge: its branch side had been pushed before. */
function isUpdatePush(sha: string, people: PeopleFacts, updates: ReadonlySet<string>): boolean {
  if (!updates.has(sha)) return false;
  const merge = people.commits.find((commit) => commit.sha === sha);
  return people.pushes.some((push) => push.sha === merge?.parents[0] && push.sha !== sha);
}
