import { addComment, addLabel, editComment, editIssue, findComment, removeLabel, renameLabel } from "../acts/issues.ts";
import type { MergeRequest } from "../acts/merge.ts";
import { mergePull } from "../acts/merge.ts";
import { closePull, openPull, reopenPull, retarget } from "../acts/pulls.ts";
import { reactionsOf } from "../acts/reactions.ts";
import type { NewReview } from "../acts/reviews.ts";
import { dismissReview, requestReviewers, submitReview } from "../acts/reviews.ts";
import { announcePull, appendEvent } from "../events.ts";
import { accountByLogin, atLeast, issueOf, pullOf, repoByName, roleOn, teamByName } from "../lookup.ts";
import { HubRefusal, notFound } from "../refusal.ts";
import type { Pull, Repo, Role, World } from "../state.ts";
import { teamView } from "../views/accounts.ts";

type By = { readonly actor: string };

export interface OpenPullOptions extends By {
  /** A branch, or `owner:branch` of a fork. */
  readonly head: string;
  readonly base?: string;
  readonly title?: string;
  readonly body?: string;
  readonly draft?: boolean;
}

export function pullActors(world: World) {
  const repoNamed = (name: string) => repoByName(world, name);
  const idOf = (login: string) => accountByLogin(world, login).id;

  function demand(repo: Repo, login: string, role: Role): number {
    const id = idOf(login);
    if (!atLeast(roleOn(world, repo, id), role)) throw new HubRefusal(403, `${login} needs the role ${role} on ${repo.name}`);
    return id;
  }

  function find(name: string, number: number) {
    const repo = repoNamed(name);
    return { repo, issue: pullOf(repo, number) };
  }

  return {
    openPull(name: string, o: OpenPullOptions): { number: number; id: number; headSha: string } {
      const repo = repoNamed(name);
      const [owner, branch] = o.head.includes(":") ? (o.head.split(":") as [string, string]) : [null, o.head];
      const headRepo = owner === null ? repo : forkOf(world, repo, idOf(owner));
      const input = {
        title: o.title ?? `Pull ${branch}`,
        body: o.body ?? null,
        headRepo,
        headRef: branch,
        baseRef: o.base ?? repo.defaultBranch,
      };
      const issue = openPull(world, repo, demand(repo, o.actor, "read"), { ...input, draft: o.draft ?? false });
      return { number: issue.number, id: issue.pull.id, headSha: issue.pull.headSha };
    },
    retarget(name: string, number: number, base: string, o: By): void {
      const { repo, issue } = find(name, number);
      retarget(world, repo, issue, base, idOf(o.actor));
    },
    edit(name: string, number: number, to: { title?: string; body?: string }, o: By): void {
      const { repo, issue } = find(name, number);
      editIssue(world, repo, issue, to, idOf(o.actor));
    },
    closePull(name: string, number: number, o: By): void {
      const { repo, issue } = find(name, number);
      closePull(world, repo, issue, idOf(o.actor));
    },
    reopenPull(name: string, number: number, o: By): void {
      const { repo, issue } = find(name, number);
      reopenPull(world, repo, issue, idOf(o.actor));
    },
    setDraft(name: string, number: number, draft: boolean, o: By): void {
      const { repo, issue } = find(name, number);
      issue.pull.draft = draft;
      appendEvent(world, issue, draft ? "convert_to_draft" : "ready_for_review", idOf(o.actor));
      announcePull(world, repo, issue, draft ? "converted_to_draft" : "ready_for_review", idOf(o.actor));
    },
    review(name: string, number: number, o: By & NewReview): { id: number } {
      const { repo, issue } = find(name, number);
      const { actor, ...input } = o;
      return submitReview(world, repo, issue, idOf(actor), input);
    },
    dismissReview(name: string, number: number, reviewId: number, o: By & { message?: string }): void {
      const { repo, issue } = find(name, number);
      const review = issue.pull.reviews.find((one) => one.id === reviewId);
      if (review === undefined) throw notFound();
      dismissReview(world, repo, issue, review, demand(repo, o.actor, "write"), o.message ?? "");
    },
    requestReview(name: string, number: number, o: By & { users?: readonly string[]; teams?: readonly string[] }): void {
      const { repo, issue } = find(name, number);
      const owner = name.split("/")[0]!;
      const teams = (o.teams ?? []).map((slug) => teamByName(world, `${owner}/${slug}`));
      requestReviewers(world, repo, issue, idOf(o.actor), (o.users ?? []).map(idOf), teams);
    },
    label(name: string, number: number, label: string, o: By): void {
      const repo = repoNamed(name);
      addLabel(world, repo, issueOf(repo, number), label, demand(repo, o.actor, "triage"));
    },
    unlabel(name: string, number: number, label: string, o: By): void {
      const repo = repoNamed(name);
      removeLabel(world, repo, issueOf(repo, number), label, demand(repo, o.actor, "triage"));
    },
    renameLabel(name: string, from: string, to: string, o: By): void {
      const repo = repoNamed(name);
      renameLabel(world, repo, from, to, demand(repo, o.actor, "triage"));
    },
    comment(name: string, number: number, body: string, o: By): { id: number } {
      const repo = repoNamed(name);
      return addComment(world, repo, issueOf(repo, number), demand(repo, o.actor, "read"), body);
    },
    editComment(name: string, id: number, body: string, o: By): void {
      const repo = repoNamed(name);
      const { issue, comment } = findComment(repo, id);
      editComment(world, repo, issue, comment, body, idOf(o.actor));
    },
    comments(name: string, number: number): readonly { readonly id: number; readonly body: string; readonly viaApp: boolean }[] {
      return issueOf(repoNamed(name), number).comments.map((comment) => ({ ...comment }));
    },
    reactions: (name: string, commentId: number): readonly string[] => reactionsOf(findComment(repoNamed(name), commentId).comment),
    removeReviewRequest(name: string, number: number, team: string): void {
      const { repo, issue } = find(name, number);
      const found = teamByName(world, `${name.split("/")[0]}/${team}`);
      issue.pull.requestedTeams.delete(found.id);
      announcePull(world, repo, issue, "review_request_removed", issue.authorId, { requested_team: teamView(world, found) });
    },
    merge(name: string, number: number, o: By & Partial<MergeRequest>): string {
      const { repo, issue } = find(name, number);
      const { actor, ...request } = o;
      return mergePull(world, repo, issue, demand(repo, actor, "write"), { method: "merge", ...request });
    },
    headSha: (name: string, number: number): string => find(name, number).issue.pull.headSha,
    pull(
      name: string,
      number: number,
    ): Readonly<Pull> & { readonly state: string; readonly labels: readonly string[]; readonly title: string } {
      const { issue } = find(name, number);
      return { ...issue.pull, state: issue.state, title: issue.title, labels: [...issue.labels].map((label) => label.name) };
    },
  };
}

function forkOf(world: World, repo: Repo, ownerId: number): Repo {
  if (repo.ownerId === ownerId) return repo;
  for (const other of world.repos.values()) if (other.forkOf === repo.id && other.ownerId === ownerId) return other;
  throw notFound();
}
