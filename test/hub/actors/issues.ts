import { openIssue, setIssueState } from "../acts/issues.ts";
import { announce } from "../events.ts";
import { accountByLogin, issueOf, repoByName } from "../lookup.ts";
import type { Issue, World } from "../state.ts";
import { commentView, issueView } from "../views/pulls.ts";

type By = { readonly actor: string };

/** Issues, as people and other apps open and close them. */
export function issueActors(world: World) {
  const change = (name: string, number: number, state: "open" | "closed", o: By & { viaApp?: boolean; commitId?: string }) => {
    const repo = repoByName(world, name);
    const { actor, ...how } = o;
    setIssueState(world, repo, issueOf(repo, number), state, { id: accountByLogin(world, actor).id, ...how });
  };
  return {
    openIssue(name: string, title: string, body: string, o: By): { readonly number: number } {
      const repo = repoByName(world, name);
      return openIssue(world, repo, accountByLogin(world, o.actor).id, title, body);
    },
    closeIssue: (name: string, number: number, o: By & { viaApp?: boolean; commitId?: string }): void => change(name, number, "closed", o),
    reopenIssue: (name: string, number: number, o: By): void => change(name, number, "open", o),
    /** Every comment of it; a deleted one leaves the timeline too. */
    deleteComments(name: string, number: number, o: By): void {
      const repo = repoByName(world, name);
      const issue = issueOf(repo, number);
      for (const comment of issue.comments.splice(0)) {
        const at = issue.events.findIndex((entry) => entry.comment === comment);
        if (at >= 0) issue.events.splice(at, 1);
        const payload = { issue: issueView(world, repo, issue), comment: commentView(world, repo, issue, comment) };
        announce(world, repo, "issue_comment", "deleted", accountByLogin(world, o.actor).id, payload);
      }
    },
    /** Issues that are no pull requests, oldest first. */
    issues(name: string): readonly (Readonly<Issue> & { readonly author: string })[] {
      const issues = [...repoByName(world, name).issues.values()].filter((issue) => issue.pull === null);
      return issues.map((issue) => ({ ...issue, author: world.accounts.get(issue.authorId)?.login ?? "ghost" }));
    },
  };
}
