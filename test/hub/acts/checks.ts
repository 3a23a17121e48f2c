import { announce } from "../events.ts";
import { HubRefusal, invalid } from "../refusal.ts";
import type { App, CheckRun, CheckSuite, Repo, Status, World } from "../state.ts";
import { stamp } from "../state.ts";
import { checkRunView, checkSuiteView } from "../views/checks.ts";

type Json = Readonly<Record<string, unknown>>;

/** A push opens a suite for the app, and tells it, when it may write checks. */
export function openSuites(world: World, repo: Repo, sha: string, branch: string, before: string, actorId: number): void {
  if (world.app.permissions["checks"] !== "write" || repo.suites.some((suite) => suite.appId === world.app.id && suite.headSha === sha))
    return;
  const suite = addSuite(world, repo, world.app.id, sha, branch, before);
  announce(world, repo, "check_suite", "requested", actorId, { check_suite: checkSuiteView(world, repo, suite) });
}

function addSuite(world: World, repo: Repo, appId: number, headSha: string, headBranch: string | null, before: string | null): CheckSuite {
  const suite = { id: world.nextId(), appId, headSha, headBranch, before, createdAt: stamp(world), requeued: false };
  repo.suites.push(suite);
  return suite;
}

export function createRun(world: World, repo: Repo, app: App, input: Json): CheckRun {
  checkInput(input, true);
  const headSha = input["head_sha"] as string;
  if (!/^[0-9a-f]{40}$/.test(headSha) || !repo.store.commits.has(headSha)) throw invalid(`No commit found for SHA: ${headSha}`);
  const suite =
    repo.suites.findLast((one) => one.appId === app.id && one.headSha === headSha) ?? addSuite(world, repo, app.id, headSha, null, null);
  const run: CheckRun = {
    id: world.nextId(),
    appId: app.id,
    suiteId: suite.id,
    headSha,
    startedAt: (input["started_at"] as string | undefined) ?? stamp(world),
    name: input["name"] as string,
    status: "queued",
    conclusion: null,
    completedAt: null,
    externalId: "",
    detailsUrl: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
  };
  apply(world, run, input);
  repo.runs.push(run);
  forgetOldRuns(repo, run);
  settle(world, repo, suite, run, app, "created");
  return run;
}

export function updateRun(world: World, repo: Repo, app: App, run: CheckRun, input: Json): void {
  if (run.appId !== app.id)
    throw new HubRefusal(403, `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`);
  checkInput(input, false);
  apply(world, run, input);
  const suite = repo.suites.find((one) => one.id === run.suiteId)!;
  settle(world, repo, suite, run, app, null);
}

/** Rules that GitHub has and its OpenAPI description does not state. */
function checkInput(input: Json, creating: boolean): void {
  const conclusion = input["conclusion"];
  if (input["status"] === "completed" && conclusion === undefined)
    throw invalid("Invalid request.", ["Missing conclusion for a completed check run."]);
  if (conclusion === "stale") throw invalid("Invalid request.", ["Only GitHub can set the conclusion stale."]);
  if (creating && input["name"] === "") throw invalid("Invalid request.", ["name is too short."]);
  const output = (input["output"] ?? {}) as { title?: string; annotations?: Json[] };
  if ((output.title ?? "").length > 65_535) throw invalid("Invalid request.", ["title is too long (maximum is 65535 characters)."]);
  for (const annotation of output.annotations ?? []) checkAnnotation(annotation);
}

function checkAnnotation(annotation: Json): void {
  const bytes = (key: string) => Buffer.byteLength(String(annotation[key] ?? ""));
  const [start, end] = [annotation["start_line"] as number, annotation["end_line"] as number];
  if (start < 1 || end < start) throw invalid("Invalid request.", ["end_line must not be before start_line."]);
  if (start !== end && (annotation["start_column"] !== undefined || annotation["end_column"] !== undefined)) {
    throw invalid("Invalid request.", ["start_column and end_column need start_line and end_line to be equal."]);
  }
  if (bytes("message") > 65_536 || bytes("raw_details") > 65_536)
    throw invalid("Invalid request.", ["The annotation is larger than 64 KB."]);
  if (bytes("message") === 0 || annotation["path"] === "") throw invalid("Invalid request.", ["path and message must not be empty."]);
  if (String(annotation["title"] ?? "").length > 255) throw invalid("Invalid request.", ["title is too long (maximum is 255 characters)."]);
}

function apply(world: World, run: CheckRun, input: Json): void {
  const given = input as {
    name?: string;
    details_url?: string;
    external_id?: string;
    status?: string;
    conclusion?: string;
    completed_at?: string;
  };
  run.name = given.name ?? run.name;
  run.detailsUrl = given.details_url ?? run.detailsUrl;
  run.externalId = given.external_id ?? run.externalId;
  run.actions = (input["actions"] as CheckRun["actions"] | undefined) ?? run.actions;
  const output = input["output"] as { title: string; summary: string; text?: string; annotations?: Json[] } | undefined;
  if (output !== undefined) {
    run.output = { title: output.title, summary: output.summary, text: output.text ?? run.output.text };
    run.annotations.push(...(output.annotations ?? []));
  }
  if (given.conclusion !== undefined) {
    run.status = "completed";
    run.conclusion = given.conclusion;
    run.completedAt = given.completed_at ?? stamp(world);
  } else if (given.status !== undefined) {
    run.status = given.status;
    run.conclusion = null;
    run.completedAt = null;
  }
}

/** GitHub keeps 1,000 runs of one name in a suite. */
function forgetOldRuns(repo: Repo, run: CheckRun): void {
  const same = repo.runs.filter((one) => one.suiteId === run.suiteId && one.name === run.name);
  if (same.length > 1000) repo.runs.splice(repo.runs.indexOf(same[0]!), 1);
}

function settle(world: World, repo: Repo, suite: CheckSuite, run: CheckRun, app: App, action: "created" | null): void {
  const completed = run.status === "completed";
  if (completed) suite.requeued = false;
  const payload = { check_run: { ...checkRunView(world, repo, run), check_suite: checkSuiteView(world, repo, suite) } };
  if (action !== null) announce(world, repo, "check_run", action, app.botId, payload);
  if (completed) announce(world, repo, "check_run", "completed", app.botId, payload);
}

export function rerequestRun(world: World, repo: Repo, run: CheckRun, actorId: number): void {
  const suite = repo.suites.find((one) => one.id === run.suiteId)!;
  suite.requeued = true;
  if (run.appId !== world.app.id) return;
  const payload = { check_run: { ...checkRunView(world, repo, run), check_suite: checkSuiteView(world, repo, suite) } };
  announce(world, repo, "check_run", "rerequested", actorId, payload);
}

export function rerequestSuite(world: World, repo: Repo, suite: CheckSuite, actorId: number): void {
  suite.requeued = true;
  if (suite.appId === world.app.id)
    announce(world, repo, "check_suite", "rerequested", actorId, { check_suite: checkSuiteView(world, repo, suite) });
}

export function requestAction(world: World, repo: Repo, run: CheckRun, identifier: string, actorId: number): void {
  if (!run.actions.some((action) => action.identifier === identifier)) throw invalid(`The check run has no action ${identifier}.`);
  const suite = repo.suites.find((one) => one.id === run.suiteId)!;
  const check_run = { ...checkRunView(world, repo, run), check_suite: checkSuiteView(world, repo, suite) };
  announce(world, repo, "check_run", "requested_action", actorId, { check_run, requested_action: { identifier } });
}

export function addStatus(world: World, repo: Repo, input: Omit<Status, "id" | "createdAt">): Status {
  if (!repo.store.commits.has(input.sha)) throw invalid(`No commit found for SHA: ${input.sha}`);
  const status = { ...input, id: world.nextId(), createdAt: stamp(world) };
  repo.statuses.push(status);
  const { sha, state, context, description } = status;
  announce(world, repo, "status", null, status.creatorId, { id: status.id, sha, state, context, description });
  return status;
}
