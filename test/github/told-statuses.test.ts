import { afterEach, beforeEach, expect, test } from "vitest";
import type { PullTruth } from "../../src/gate/ports.ts";
import { createChecks, createPullRequests } from "../../src/github/index.ts";
import { createToldStatuses } from "../../src/github/told-statuses.ts";
import { openRig, type Rig, signIn } from "./rig.ts";

const REPO = "acme/data";
const NAME = "countersign: main";
const LIST = "/repos/{owner}/{repo}/commits/{ref}/statuses";
let rig: Rig;
let pull: PullTruth;

beforeEach(async () => {
  rig = await openRig();
  pull = await rig.pulls.read(rig.pull);
});
afterEach(async () => {
  expect(rig.hub.violations).toEqual([]);
  await rig.close();
});

/** Reads ahead of the change, and gives who else posts under our name after that. */
async function others() {
  const app = signIn(rig.hub);
  const pulls = createPullRequests(app);
  const tip = (await pulls.branch(rig.repository, "main"))!.sha;
  const ahead = pulls.readAhead?.(pull, tip);
  await ahead?.tip([]);
  await pulls.commits(pull);
  await ahead?.sides(tip, pull.headSha, (paths) => paths);
  const checks = createChecks(app, { publicUrl: "https://countersign.example" });
  const look = () => checks.others(rig.repository, pull.headSha, NAME);
  return Object.assign(look, { readAgain: () => pulls.readAhead?.(pull, tip) });
}

const lists = () => rig.hub.requests.filter(({ template }) => template === LIST).length;
const status = (context: string, actor: string, state = "success") =>
  void rig.hub.createStatus(REPO, pull.headSha, { actor, context, state });

test("T48: where the question told of no status by our name, the list is not read", async () => {
  status("ci/build", "alice");
  const look = await others();
  expect(await look()).toEqual([]);
  expect(lists()).toBe(0);
});

test("T48: of one by our name the list tells, with those that another has followed", async () => {
  status(NAME, "alice");
  status(NAME, "bob", "failure");
  const look = await others();
  expect(await look()).toEqual([
    { name: NAME, kind: "status", source: "bob", conclusion: "failure" },
    { name: NAME, kind: "status", source: "alice", conclusion: "success" },
  ]);
  expect(lists()).toBe(1);
});

test("T48: one by our name in capitals is one by our name, and hides none that it followed", async () => {
  status(NAME, "alice");
  const shouted = { oid: pull.headSha, status: { contexts: [{ context: NAME.toUpperCase() }] } };
  const data = { repository: { databaseId: rig.repository.id, commit: shouted, pullRequest: { files: { totalCount: 0, nodes: [] } } } };
  rig.hub.fail({ path: "/graphql" }, { kind: "status", status: 200, body: { data } }, 2);
  status(NAME.toUpperCase(), "bob");
  const look = await others();
  expect((await look()).map(({ source }) => source)).toEqual(["bob", "alice"]);
});

test("T48: of more names than are kept nothing was told", () => {
  const told = createToldStatuses();
  const names = Array.from({ length: 101 }, (_, at) => `ci/${at}`);
  told.tell(1, "a", names);
  told.tell(1, "b", names.slice(1));
  expect([told.take(1, "a"), told.take(1, "b")]).toEqual([null, names.slice(1)]);
});

test("T48: it was told for one look: the next one reads the list", async () => {
  const look = await others();
  await look();
  status(NAME, "alice");
  expect(await look()).toMatchObject([{ source: "alice" }]);
});

test("T48: nor does it hold for the next reading, which had nothing to ask", async () => {
  const look = await others();
  status(NAME, "alice");
  expect(look.readAgain()).toBeNull();
  expect(await look()).toMatchObject([{ source: "alice" }]);
});

test("T48: a commit that the question did not find has told of nothing", async () => {
  status(NAME, "alice");
  const data = { repository: { databaseId: rig.repository.id, commit: null, pullRequest: { files: { totalCount: 0, nodes: [] } } } };
  rig.hub.fail({ path: "/graphql" }, { kind: "status", status: 200, body: { data } }, 2);
  const look = await others();
  expect(await look()).toMatchObject([{ source: "alice" }]);
});

test("T48: nor has a question that was not answered whole", async () => {
  status(NAME, "alice");
  const commit = { oid: pull.headSha, status: null };
  const data = { repository: { databaseId: rig.repository.id, commit, pullRequest: { files: { totalCount: 0, nodes: [] } } } };
  rig.hub.fail({ path: "/graphql" }, { kind: "status", status: 200, body: { data } });
  rig.hub.fail({ path: "/graphql" }, { kind: "status", status: 200, body: { data, errors: [{ message: "status: timeout" }] } });
  const look = await others();
  expect(await look()).toMatchObject([{ source: "alice" }]);
});

test("T67: nor has another repository that goes by this name now", async () => {
  status(NAME, "alice");
  const home = {
    databaseId: rig.repository.id,
    commit: { oid: pull.headSha, status: null },
    pullRequest: { files: { totalCount: 0, nodes: [] } },
  };
  rig.hub.fail({ path: "/graphql" }, { kind: "status", status: 200, body: { data: { repository: home } } });
  const another = { repository: { ...home, databaseId: home.databaseId + 1 } };
  rig.hub.fail({ path: "/graphql" }, { kind: "status", status: 200, body: { data: another } });
  const look = await others();
  expect(await look()).toMatchObject([{ source: "alice" }]);
});
