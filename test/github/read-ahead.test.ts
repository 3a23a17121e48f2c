import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PullTruth, Repository } from "../../src/gate/ports.ts";
import { createPullRequests } from "../../src/github/index.ts";
import type { Fault } from "../hub/faults.ts";
import { type Options, openRig, type Rig, signIn } from "./rig.ts";

const REPO = "acme/data";
const QUESTION = "POST /graphql";
const TREE = "GET /git/trees/{tree_sha}";
const BLOB = "GET /git/blobs/{file_sha}";
const POLICY = ".choochoo/approval-policies.yaml";
let rig: Rig;

beforeEach(async () => {
  rig = await openRig();
  rig.hub.push(REPO, "main", { [POLICY]: "policies: []\n", "models/deep/m.yaml": "m: 1\n" }, { actor: "ana" });
});
afterEach(async () => {
  expect(rig.hub.violations).toEqual([]);
  await rig.close();
});

const asked = () =>
  rig.hub.requests
    .map(({ method, template }) => `${method} ${template.replace("/repos/{owner}/{repo}", "")}`)
    .filter((route) => route === QUESTION || route === TREE || route === BLOB);

interface Reading {
  readonly policy: string | null;
  readonly files: Readonly<Record<string, readonly [string | null, string | null]>>;
  readonly asked: readonly string[];
}

/** A pull request with these files, read as the gate reads it by somebody who has read nothing: what it holds, and what was asked for that. */
async function readPull(files: Parameters<Rig["hub"]["push"]>[2], options: Options & { readonly ahead?: boolean } = {}): Promise<Reading> {
  const { ahead = true, ...rest } = options;
  const pull = await open(files);
  return look(createPullRequests(signIn(rig.hub, rest)), pull, ahead);
}

let branches = 0;
async function open(files: Parameters<Rig["hub"]["push"]>[2]): Promise<PullTruth> {
  const branch = `ahead-${branches++}`;
  rig.hub.push(REPO, branch, files, { actor: "alice" });
  const { number } = rig.hub.openPull(REPO, { actor: "alice", head: branch, base: "main", title: branch });
  return rig.pulls.read({ repository: rig.repository, number });
}

async function look(pulls: ReturnType<typeof createPullRequests>, pull: PullTruth, ahead = true): Promise<Reading> {
  rig.hub.requests.length = 0;
  const content = pulls.content(rig.repository);
  const tip = (await pulls.branch(rig.repository, "main"))!.sha;
  const reading = ahead ? (pulls.readAhead?.(pull, tip) ?? null) : null;
  await reading?.tip([POLICY]);
  const policy = await textAt(content, tip, POLICY);
  await pulls.commits(pull);
  const base = await content.mergeBase(tip, pull.headSha);
  await reading?.sides(base, pull.headSha, (paths) => paths.filter((path) => path.endsWith(".yaml")));
  const { files } = await content.changedFiles(base, pull.headSha);
  const sides = await Promise.all(
    files.map(async ({ path, baseMode, baseBlob, headMode, headBlob }) => {
      const text = async (mode: string | null, blob: string | null) =>
        mode === null || blob === null ? null : textOf(await content.readFile({ path, mode, blob }, 2_000_000));
      return [path, [await text(baseMode, baseBlob), await text(headMode, headBlob)]] as const;
    }),
  );
  return { policy, files: Object.fromEntries(sides), asked: asked() };
}

async function textAt(content: Repository, commit: string, path: string): Promise<string | null> {
  const entry = await content.entryAt(commit, path);
  return entry === null ? null : textOf(await content.readFile({ path, ...entry }, 2_000_000));
}

function textOf({ bytes, unreadable }: { readonly bytes: Uint8Array | null; readonly unreadable: string | null }): string {
  return bytes === null ? `unreadable: ${unreadable}` : Buffer.from(bytes).toString();
}

const STRIP = { "contracts/c.yaml": "pii: false\n" };
const STRIPPED = { policy: "policies: []\n", files: { "contracts/c.yaml": ["pii: true\n", "pii: false\n"] } };

describe("what a change leads through is asked for ahead", () => {
  test("in two questions, and then nothing is read", async () => {
    expect(await readPull(STRIP)).toEqual({ ...STRIPPED, asked: [QUESTION, QUESTION] });
  });

  test("it is what is read without a question", async () => {
    const changes = {
      "contracts/c.yaml": null,
      "contracts/new/n.yaml": "n: é😀\n",
      "contracts/link.yaml": { symlink: "c.yaml" },
      "contracts/module": { submodule: "1".repeat(40) },
      "contracts/deep": { symlink: "../docs" },
      "models/run.yaml": { mode: "100755", content: "" },
      "docs/latin.yaml": Buffer.from("café\n", "latin1"),
      "top.txt": "not wanted\n",
    } as const;
    const { asked: _, ...plain } = await readPull(changes, { ahead: false });
    const { asked: ahead, ...told } = await readPull(changes);
    expect(told).toEqual(plain);
    expect(Object.keys(plain.files)).toHaveLength(9);
    expect(ahead.filter((route) => route === TREE)).toEqual([]);
  });

  test("of many files some are asked for with their folders, and the others where they are wanted", async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`contracts/many/${at}.yaml`, `m: ${at}\n`]));
    const { files, asked: routes } = await readPull(many);
    expect(files).toEqual(Object.fromEntries(Object.entries(many).map(([path, text]) => [path, [null, text]])));
    expect(routes).toEqual([QUESTION, QUESTION, QUESTION]);
  });

  test("a text that is cut short is none of its file", async () => {
    const text = `# ${"x".repeat(600_000)}\n`;
    const { files, asked: routes } = await readPull({ "contracts/large.yaml": text });
    expect(files["contracts/large.yaml"]).toEqual([null, text]);
    expect(routes).toEqual([QUESTION, QUESTION, BLOB]);
  });

  test("a second pull request on the same base asks for what is new", async () => {
    const pulls = createPullRequests(signIn(rig.hub));
    await look(pulls, await open(STRIP));
    const second = await look(pulls, await open({ "models/deep/m.yaml": "m: 2\n" }));
    expect(second).toEqual({
      policy: "policies: []\n",
      files: { "models/deep/m.yaml": ["m: 1\n", "m: 2\n"] },
      asked: [QUESTION, QUESTION],
    });
  });

  test("nothing is asked once the head was read, and once the base was listed whole", async () => {
    const pulls = createPullRequests(signIn(rig.hub));
    const pull = await open(STRIP);
    await look(pulls, pull);
    expect(await look(pulls, pull)).toEqual({ ...STRIPPED, asked: [] });
    const listing = createPullRequests(signIn(rig.hub));
    await look(listing, pull, false);
    expect((await look(listing, await open({ "contracts/c.yaml": "pii: 1\n" }))).asked).toEqual([TREE, BLOB]);
  });

  test("a server without GraphQL is not asked", async () => {
    const { asked: routes, ...told } = await readPull(STRIP, { history: "receipts" });
    expect(told).toEqual(STRIPPED);
    expect(routes).not.toContain(QUESTION);
  });
});

describe("what was not told whole is read as if nothing had been asked", () => {
  test("more files than one question tells: no second one, and each side is listed once", async () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at}/${at}.txt`, `${at}\n`]));
    const { files, asked: routes } = await readPull(many);
    expect(Object.keys(files)).toHaveLength(101);
    expect(routes.filter((route) => route === TREE)).toHaveLength(2);
    expect(routes.indexOf(QUESTION)).toBe(0);
  });

  test("a folder that GitHub does not name, as of a rename: each side is listed once", async () => {
    const { files, asked: routes } = await readPull({ "contracts/c.yaml": null, "models/c.yaml": "pii: true\n" });
    expect(files).toEqual({ "contracts/c.yaml": ["pii: true\n", null], "models/c.yaml": [null, "pii: true\n"] });
    expect(routes).toEqual([QUESTION, QUESTION, TREE, TREE]);
  });

  const faults: readonly [string, Fault][] = [
    ["an answer in part", { kind: "status", status: 200, body: { data: { repository: null }, errors: [{ message: "timeout" }] } }],
    ["no server of GraphQL", { kind: "status", status: 404, body: { message: "Not Found" } }],
    ["a failure", { kind: "status", status: 502 }],
    ["a page", { kind: "html" }],
    ["half an answer", { kind: "truncated" }],
    ["no answer", { kind: "hang" }],
    ["a list", { kind: "status", status: 200, body: [] }],
  ];
  for (const [what, fault] of faults) {
    test(`${what} to the first question: none is asked for a minute`, async () => {
      rig.hub.fail({ path: "/graphql" }, fault);
      const { asked: routes, ...told } = await readPull(STRIP, { timeoutMs: 900 });
      expect(told).toEqual(STRIPPED);
      expect(routes.filter((route) => route === QUESTION)).toHaveLength(1);
      expect(routes.filter((route) => route === TREE)).toHaveLength(2);
    });
  }

  test("a failure of the second question", async () => {
    const pull = await open(STRIP);
    const pulls = createPullRequests(signIn(rig.hub));
    const tip = (await pulls.branch(rig.repository, "main"))!.sha;
    const reading = pulls.readAhead?.(pull, tip);
    await reading?.tip([POLICY]);
    rig.hub.fail({ path: "/graphql" }, { kind: "status", status: 502 });
    const content = pulls.content(rig.repository);
    await pulls.commits(pull);
    await reading?.sides(tip, pull.headSha, (paths) => paths);
    rig.hub.requests.length = 0;
    expect((await content.changedFiles(tip, pull.headSha)).files.map(({ path }) => path)).toEqual(["contracts/c.yaml"]);
    expect(asked()).toEqual([TREE, TREE]);
  });
});

describe("T39: whatever an answer holds, an object is the one that its id names", () => {
  const entry = (name: string, mode: number, oid: string) => ({ name, mode, oid, size: 1 });
  const lie = { entries: [entry("contracts", 0o40000, "1".repeat(40))] };
  const objects = (one: unknown) => Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`o${at}`, one]));
  const told = (one: unknown, more: object = {}): Fault => ({
    kind: "status",
    status: 200,
    body: { data: { repository: { databaseId: rig.repository.id, ...objects(one), ...more } } },
  });
  const changed = (...paths: readonly string[]) => ({
    pullRequest: { files: { totalCount: paths.length, nodes: paths.map((path) => ({ path })) } },
  });

  const lies: readonly [string, unknown][] = [
    ["folders of something else", lie],
    ["texts of something else", { text: "pii: nothing\n", isTruncated: false }],
    ["empty folders", { entries: [] }],
    ["no objects", null],
    ["things of no shape", { entries: [{ name: "" }], text: 7, isTruncated: false }],
  ];
  for (const [what, one] of lies) {
    test(`${what}, with the files that it touches`, async () => {
      rig.hub.fail({ path: "/graphql" }, told(one, changed("contracts/c.yaml")), 2);
      const { asked: routes, ...reading } = await readPull(STRIP);
      expect(reading).toEqual(STRIPPED);
      expect(routes.slice(0, 2)).toContain(QUESTION);
    });
  }

  test("a change that is said to touch nothing, or something else, is what it is", async () => {
    for (const paths of [[], ["docs/guide.md"], ["../contracts", "", "/", "contracts//c.yaml"]]) {
      const pull = await open(STRIP);
      const pulls = createPullRequests(signIn(rig.hub));
      rig.hub.fail({ path: "/graphql" }, told(null, changed(...paths)));
      expect(await look(pulls, pull)).toMatchObject(STRIPPED);
    }
  });

  test("T69: of an answer without end no more is read than any question is worth, and none is asked for a minute", async () => {
    const endless = told(null, { ...changed("contracts/c.yaml"), more: "x".repeat(16 * 1024 * 1024) });
    rig.hub.fail({ path: "/graphql" }, endless);
    const { asked: routes, ...reading } = await readPull(STRIP);
    expect(reading).toEqual(STRIPPED);
    expect(routes.filter((route) => route === QUESTION)).toHaveLength(1);
  });

  test("T67: a repository that goes by this name now has told nothing", async () => {
    const other = { ...told(lie, changed("contracts/c.yaml")) } as { body: { data: { repository: { databaseId: number } } } };
    other.body.data.repository.databaseId += 1;
    rig.hub.fail({ path: "/graphql" }, other as unknown as Fault, 2);
    const { asked: routes, ...reading } = await readPull(STRIP);
    expect(reading).toEqual(STRIPPED);
    expect(routes.filter((route) => route === QUESTION)).toHaveLength(1);
  });
});
