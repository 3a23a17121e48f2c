import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TruthError } from "../../src/gate/ports.ts";
import { createPullRequests } from "../../src/github/index.ts";
import { openRig, type Rig, signIn } from "./rig.ts";

/** Only for calls that are made to fail: a slow machine cannot turn them into anything else. */
const TIMEOUT_MS = 300;
const REPO = "acme/data";
let rig: Rig;

beforeAll(async () => {
  rig = await openRig();
  rig.hub.review(REPO, rig.number, { actor: "carol", state: "APPROVED" });
});
afterAll(() => rig.close());

/** Everything that an evaluation reads, with nothing cached from before. */
async function readAll(timeoutMs = 15_000) {
  const pulls = createPullRequests(signIn(rig.hub, { timeoutMs }));
  const truth = await pulls.read(rig.pull);
  const branch = await pulls.branch(rig.repository, "main");
  const content = pulls.content(rig.repository);
  const base = await content.mergeBase(branch!.sha, truth.headSha);
  const { files } = await content.changedFiles(base, truth.headSha);
  const [file] = files;
  const read = await content.readFile({ path: file!.path, mode: file!.headMode!, blob: file!.headBlob! }, 1_000_000);
  return { truth, branch, files, read, people: await pulls.people(truth, ["sec-ops"], []) };
}

/** One path for each call that the reading makes. */
const CALLS = {
  "pull request": /\/pulls\/\d+$/,
  branch: /\/branches\/main$/,
  "merge base": /\/compare\//,
  commit: /\/git\/commits\//,
  tree: /\/git\/trees\//,
  blob: /\/git\/blobs\//,
  reviews: /\/reviews$/,
  commits: /\/pulls\/\d+\/commits$/,
  pushes: /\/activity$/,
  timeline: /\/timeline$/,
  owners: /\/orgs\/acme\/members$/,
  team: /\/teams\/sec-ops$/,
  "team members": /\/teams\/sec-ops\/members$/,
  membership: /\/memberships\/carol$/,
  role: /\/permission$/,
};

const FAULTS = [
  { kind: "status", status: 500 },
  { kind: "status", status: 502 },
  { kind: "status", status: 503 },
  { kind: "status", status: 429, headers: { "retry-after": "60" } },
  { kind: "status", status: 403, body: { message: "You have exceeded a secondary rate limit" }, headers: { "retry-after": "60" } },
  { kind: "status", status: 403, body: { message: "API rate limit exceeded" }, headers: { "x-ratelimit-remaining": "0" } },
  { kind: "status", status: 200, body: {} },
  { kind: "status", status: 200, body: { message: "Server Error" } },
  { kind: "hang" },
  { kind: "html" },
  { kind: "truncated" },
] as const;

it("reads everything when nothing fails", async () => {
  const { files, read, people } = await readAll();
  expect(files.map((file) => file.path)).toEqual(["contracts/c.yaml"]);
  expect(Buffer.from(read.bytes!).toString()).toBe("pii: false\n");
  expect(people.teams[0]!.members).toHaveLength(1);
});

describe.each(Object.entries(CALLS))("T68: %s", (_, path) => {
  it.each(FAULTS)("fails on $kind $status", async (fault) => {
    rig.hub.fail({ path }, fault, Number.POSITIVE_INFINITY);
    const error = await readAll(TIMEOUT_MS).then(
      () => null,
      (error: unknown) => error,
    );
    rig.hub.clearFaults();
    expect(error).toBeInstanceOf(TruthError);
    expect((error as TruthError).kind).toBe("network");
  });
});

describe("sign-in", () => {
  it("heals a refused token by itself, once", async () => {
    rig.hub.fail({ path: /\/pulls\/\d+$/ }, { kind: "status", status: 401 }, 1);
    await expect(rig.pulls.read(rig.pull)).resolves.toMatchObject({ number: rig.number });
  });

  it.each(FAULTS)("fails when no token is given: $kind $status", async (fault) => {
    const app = signIn(rig.hub, { timeoutMs: 1_000 });
    rig.hub.fail({ path: /access_tokens$/ }, fault, 1);
    const pulls = createPullRequests(app);
    await expect(pulls.read(rig.pull)).rejects.toBeInstanceOf(TruthError);
    rig.hub.clearFaults();
    await expect(pulls.read(rig.pull)).resolves.toMatchObject({ number: rig.number });
  });

  it("does not take a missing installation for a missing branch or team", async () => {
    const app = signIn(rig.hub);
    const truth = await rig.pulls.read(rig.pull);
    rig.hub.fail({ path: /access_tokens$/ }, { kind: "status", status: 404 }, Number.POSITIVE_INFINITY);
    const pulls = createPullRequests(app);
    await expect(pulls.branch(rig.repository, "main")).rejects.toMatchObject({ kind: "auth" });
    await expect(pulls.people(truth, ["sec-ops"], [])).rejects.toMatchObject({ kind: "auth" });
    rig.hub.clearFaults();
  });
});
