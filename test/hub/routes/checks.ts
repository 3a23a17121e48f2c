import { addStatus, createRun, rerequestSuite, updateRun } from "../acts/checks.ts";
import { actorOf } from "../auth.ts";
import { resolveRef } from "../lookup.ts";
import { HubRefusal, notFound } from "../refusal.ts";
import type { Call, Reply, Routes } from "../server.ts";
import type { CheckRun, Repo } from "../state.ts";
import { checkRunView, checkSuiteView, latestRuns, statusView } from "../views/checks.ts";
import { repoUrl } from "../views/repositories.ts";
import { created, list, ok, text } from "./reply.ts";

const READ = ["checks:read"] as const;
const WRITE = ["checks:write"] as const;

export const checkRoutes: Routes = {
  "checks/create": { need: WRITE, handle: create },
  "checks/get": { need: READ, handle: ({ world, repo, params }) => ok(checkRunView(world, repo, runById(repo, params))) },
  "checks/update": { need: WRITE, handle: update },
  "checks/list-annotations": {
    need: READ,
    handle: (call) => list(call, runById(call.repo, call.params).annotations, (one) => annotationView(call, one)),
  },
  "checks/list-for-ref": { need: READ, handle: listRuns },
  "checks/list-suites-for-ref": { need: READ, handle: listSuites },
  "checks/rerequest-suite": { need: WRITE, handle: rerequest },
  "repos/list-commit-statuses-for-ref": {
    need: ["statuses:read"],
    handle: (call) => {
      const sha = resolveRef(call.repo, call.params["ref"]!);
      const rows = call.repo.statuses.filter((status) => status.sha === sha).reverse();
      return list(call, rows, (status) => statusView(call.world, call.repo, status));
    },
  },
  "repos/create-commit-status": { need: ["statuses:write"], handle: createStatus },
};

function runById(repo: Repo, params: Call["params"]): CheckRun {
  const run = repo.runs.find((one) => one.id === Number(params["check_run_id"]));
  if (run === undefined) throw notFound();
  return run;
}

function annotationView(call: Call, annotation: Readonly<Record<string, unknown>>) {
  const blank = { start_column: null, end_column: null, title: null, raw_details: null };
  return { ...blank, ...annotation, blob_href: `${repoUrl(call.world, call.repo)}/git/blobs` };
}

/** Only GitHub Apps write check runs. */
function ownApp({ caller, world }: Call) {
  if (caller.kind !== "installation") throw new HubRefusal(403, "You must authenticate via a GitHub App.");
  return world.app;
}

function create(call: Call): Reply {
  return created(checkRunView(call.world, call.repo, createRun(call.world, call.repo, ownApp(call), call.body)));
}

function update(call: Call): Reply {
  const run = runById(call.repo, call.params);
  updateRun(call.world, call.repo, ownApp(call), run, call.body);
  return ok(checkRunView(call.world, call.repo, run));
}

/** Newest first; `filter=latest` (the default) keeps the newest of each name in each suite. */
function listRuns(call: Call): Reply {
  const { repo, query, world } = call;
  const sha = resolveRef(repo, call.params["ref"]!);
  const [name, app, status] = [query.get("check_name"), query.get("app_id"), query.get("status")];
  const suites = repo.suites.filter((suite) => suite.headSha === sha);
  const latest = new Set(suites.flatMap((suite) => latestRuns(repo, suite)));
  const rows = repo.runs
    .filter((run) => run.headSha === sha && (query.get("filter") === "all" || latest.has(run)))
    .filter(
      (run) =>
        (name === null || run.name === name) && (app === null || run.appId === Number(app)) && (status === null || run.status === status),
    );
  return list(
    call,
    rows.reverse(),
    (run) => checkRunView(world, repo, run),
    (check_runs, total_count) => ({ total_count, check_runs }),
  );
}

function listSuites(call: Call): Reply {
  const { repo, query, world } = call;
  const sha = resolveRef(repo, call.params["ref"]!);
  const app = query.get("app_id");
  const rows = repo.suites.filter((suite) => suite.headSha === sha && (app === null || suite.appId === Number(app)));
  return list(
    call,
    rows,
    (suite) => checkSuiteView(world, repo, suite),
    (check_suites, total_count) => ({ total_count, check_suites }),
  );
}

function rerequest(call: Call): Reply {
  const suite = call.repo.suites.find((one) => one.id === Number(call.params["check_suite_id"]));
  if (suite === undefined) throw notFound();
  rerequestSuite(call.world, call.repo, suite, actorOf(call.world, call.caller).id);
  return created({});
}

function createStatus(call: Call): Reply {
  const { world, repo, params } = call;
  const creatorId = actorOf(world, call.caller).id;
  const given = { sha: params["sha"]!, context: text(call, "context") ?? "default", state: String(call.body["state"]), creatorId };
  const status = addStatus(world, repo, {
    ...given,
    description: text(call, "description") ?? null,
    targetUrl: text(call, "target_url") ?? null,
  });
  return created(statusView(world, repo, status));
}
