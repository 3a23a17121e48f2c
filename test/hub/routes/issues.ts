import { addComment, addLabel, editComment, editIssue, findComment, openIssue, removeLabel, setIssueState } from "../acts/issues.ts";
import { closePull, reopenPull } from "../acts/pulls.ts";
import { actorOf } from "../auth.ts";
import { issueOf } from "../lookup.ts";
import type { Call, Reply, Route, Routes } from "../server.ts";
import { stamp } from "../state.ts";
import { nodeId, simpleUser } from "../views/accounts.ts";
import type { PullIssue } from "../views/pulls.ts";
import { commentView, issueView, timelineEventView } from "../views/pulls.ts";
import { labelView } from "../views/repositories.ts";
import { created, list, ok, text } from "./reply.ts";

const READ = ["issues:read", "pull_requests:read"] as const;
const WRITE = ["issues:write", "pull_requests:write"] as const;

/** In the timeline but not in the list of issue events. */
const TIMELINE_ONLY = new Set(["committed", "reviewed", "commented"]);

export const issueRoutes: Routes = {
  "issues/list-events-for-timeline": {
    need: READ,
    handle: (call) => list(call, named(call).events, (entry) => timelineEventView(call.world, call.repo, named(call), entry)),
  },
  "issues/list-events": {
    need: READ,
    handle: (call) => {
      const issue = named(call);
      const events = issue.events.filter((entry) => !TIMELINE_ONLY.has(entry.event));
      return list(call, events, (entry) => timelineEventView(call.world, call.repo, issue, entry));
    },
  },
  "issues/create": write((call, actor) => {
    const title = String(call.body["title"]);
    return created(issueView(call.world, call.repo, openIssue(call.world, call.repo, actor.id, title, text(call, "body") ?? null)));
  }),
  "issues/update": write(update),
  "issues/get": { need: READ, handle: (call) => ok(issueView(call.world, call.repo, named(call))) },
  "issues/list-for-repo": { need: READ, handle: listIssues },
  "issues/list-labels-on-issue": { need: READ, handle: labels },
  "issues/add-labels": write((call, actor) => {
    const asked = (call.body["labels"] ?? []) as (string | { name: string })[];
    for (const one of asked) addLabel(call.world, call.repo, named(call), typeof one === "string" ? one : one.name, actor.id, actor.viaApp);
    return labels(call);
  }),
  "issues/remove-label": write((call, actor) => {
    removeLabel(call.world, call.repo, named(call), call.params["name"]!, actor.id, actor.viaApp);
    return labels(call);
  }),
  "issues/list-comments": {
    need: READ,
    handle: (call) => list(call, named(call).comments, (comment) => commentView(call.world, call.repo, named(call), comment)),
  },
  "issues/create-comment": write((call, actor) => {
    const issue = named(call);
    const comment = addComment(call.world, call.repo, issue, actor.id, String(call.body["body"]), actor.viaApp);
    return created(commentView(call.world, call.repo, issue, comment));
  }),
  "issues/update-comment": write((call, actor) => {
    const { issue, comment } = findComment(call.repo, Number(call.params["comment_id"]));
    editComment(call.world, call.repo, issue, comment, String(call.body["body"]), actor.id);
    return ok(commentView(call.world, call.repo, issue, comment));
  }),
  "reactions/create-for-issue-comment": write((call, actor) => {
    const { comment } = findComment(call.repo, Number(call.params["comment_id"]));
    const id = call.world.nextId();
    const user = simpleUser(call.world, call.world.accounts.get(actor.id)!);
    return created({
      id,
      node_id: nodeId("Reaction", `${comment.id}/${id}`),
      user,
      content: call.body["content"],
      created_at: stamp(call.world),
    });
  }),
};

function write(handle: (call: Call, actor: { id: number; viaApp: boolean }) => Reply): Route {
  return { need: WRITE, handle: (call) => handle(call, actorOf(call.world, call.caller)) };
}

function named(call: Call) {
  return issueOf(call.repo, Number(call.params["issue_number"]));
}

function listIssues(call: Call): Reply {
  const { query, repo } = call;
  const [state, since] = [query.get("state") ?? "open", query.get("since")];
  const issues = [...repo.issues.values()].filter(
    (issue) => (state === "all" || issue.state === state) && (since === null || Date.parse(issue.updatedAt) >= Date.parse(since)),
  );
  if (query.get("direction") !== "asc") issues.reverse();
  return list(call, issues, (issue) => issueView(call.world, repo, issue));
}

function labels(call: Call): Reply {
  return list(call, [...named(call).labels], (label) => labelView(call.world, call.repo, label));
}

function update(call: Call, actor: { id: number; viaApp: boolean }): Reply {
  const { world, repo } = call;
  const issue = named(call);
  const title = call.body["title"] === undefined ? undefined : String(call.body["title"]);
  editIssue(world, repo, issue, { title, body: text(call, "body") }, actor.id);
  const state = text(call, "state");
  if (state !== undefined && state !== issue.state) {
    if (issue.pull !== null && state === "closed") closePull(world, repo, issue as PullIssue, actor.id);
    else if (issue.pull !== null) reopenPull(world, repo, issue as PullIssue, actor.id);
    else setIssueState(world, repo, issue, state as "open" | "closed", actor);
  }
  return ok(issueView(world, repo, issue));
}
