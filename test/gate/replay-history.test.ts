import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NO_COMMITS } from "../../src/engine/replay.ts";
import { compareHere } from "../../src/gate/compare-here.ts";
import { replayHistory } from "../../src/gate/replay-history.ts";
import { planReplay } from "../../src/gate/replay-plan.ts";
import { type ReplayStart, replayState, startAfter, startOf } from "../../src/gate/replay-state.ts";
import { openLocalRepository } from "../../src/git/local-repository.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { fastImport, type ImportedCommit } from "../support/fast-import.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";
import { EVERYTHING, replayAll } from "../support/replay.ts";

const FILE = "contracts/customers.odcs.yaml";
let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

const object = (revision: string) => {
  const id = git.git("rev-parse", revision);
  return join(git.path, ".git/objects", id.slice(0, 2), id.slice(2));
};

test("every kind of unreadable file is named with commit, path, line and reason, and the rest is read", async () => {
  const bomb = `a: ${"[".repeat(1024)}${"]".repeat(1024)}\n`;
  const kinds: readonly [string, Parameters<GitRepository["write"]>[0][string], number | null, RegExp][] = [
    ["binary.yaml", Uint8Array.from([0, 1, 2, 0, 255, 254]), null, /UTF-8|binary|control|NUL/i],
    ["empty.yaml", "", 1, /empty/],
    ["bomb.yaml", bomb, 1, /nest|deep/i],
    ["latin1.yaml", Uint8Array.from([...Buffer.from("id: a\nname: caf"), 0xe9, 10]), null, /UTF-8/],
    ["pointer.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", null, /LFS/],
    ["link.yaml", { link: "empty.yaml" }, null, /symbolic link/],
    ["large.yaml", `# ${"x".repeat(3 << 20)}\n`, null, /bytes, more than/],
  ];
  git.commit({ ".choochoorc": CONFIG, [FILE]: CONTRACT }, "start");
  const shas = kinds.map(([name, content]) => git.commit({ [`contracts/${name}`]: content }, name));
  git.commit({ [FILE]: STRIPPED }, "strip");
  const { rows, totals } = await replayAll(git.path);
  const named = rows.flatMap((row) => (row.status === "judged" ? row.unreadable.map((file) => ({ sha: row.commit.sha, ...file })) : []));
  expect(named.map(({ sha, path }) => [sha, path])).toEqual(kinds.map(([name], index) => [shas[index], `contracts/${name}`]));
  for (const [index, [name, , line, because]] of kinds.entries()) {
    expect(named[index]?.because, name).toMatch(because);
    if (line !== null) expect(named[index]?.line, name).toBe(line);
  }
  expect(totals).toMatchObject({ unreadableFiles: kinds.length, unreadableCommits: 0, tagLosses: 1, faults: 0 });
});

describe("a commit that cannot be read is a row, not an end", () => {
  test("a missing tree and a missing blob", async () => {
    git.commit({ [FILE]: CONTRACT }, "start");
    const noTree = git.commit({ "contracts/deep/other.yaml": "kind: x\n" }, "its tree is lost");
    git.commit({ [FILE]: STRIPPED }, "its blob is lost");
    git.commit({ [FILE]: CONTRACT, "contracts/deep/other.yaml": null }, "restored");
    const lost = [object(`${noTree}:contracts/deep`), object(`HEAD~1:${FILE}`)];
    for (const path of lost) rmSync(path);
    const { rows, totals } = await replayAll(git.path);
    const statuses = rows.map((row) => [row.commit.subject, row.status]);
    expect(statuses).toEqual([
      ["start", "judged"],
      ["its tree is lost", "unreadable"],
      ["its blob is lost", "judged"],
      ["restored", "unreadable"],
    ]);
    expect(rows[1]).toMatchObject({ fault: "git", because: expect.stringMatching(/unable to read tree|bad tree|[0-9a-f]{40}/) });
    expect(rows[2]).toMatchObject({
      verdict: { state: "invalid" },
      unreadable: [{ path: FILE, because: expect.stringMatching(/missing/) }],
    });
    expect(totals).toMatchObject({ commits: 4, unreadableCommits: 2, unreadableFiles: 1, faults: 0 });
  });

  test("a damaged blob costs nothing to its neighbours", async () => {
    git.commit({ [FILE]: CONTRACT }, "start");
    git.commit({
      "contracts/a.odcs.yaml": CONTRACT.replaceAll("customers", "a"),
      "contracts/b.odcs.yaml": CONTRACT.replaceAll("customers", "b"),
    });
    const damaged = object("HEAD:contracts/a.odcs.yaml");
    rmSync(damaged);
    writeFileSync(damaged, "no zlib");
    git.commit({ "contracts/c.odcs.yaml": CONTRACT.replaceAll("customers", "c") });
    const { rows, totals } = await replayAll(git.path);
    expect(rows.flatMap((row) => (row.status === "judged" ? row.unreadable.map(({ path }) => path) : []))).toEqual([
      "contracts/a.odcs.yaml",
    ]);
    expect(totals).toMatchObject({ commits: 3, unreadableFiles: 1, unreadableCommits: 0, faults: 0 });
  });

  test("a lost commit ends the list there, and is named", async () => {
    git.commit({ [FILE]: CONTRACT }, "first");
    const lost = git.commit({ "a.txt": "2" }, "second");
    git.commit({ "a.txt": "3" }, "third");
    git.commit({ [FILE]: STRIPPED }, "fourth");
    rmSync(object(lost));
    const { rows, totals, plan } = await replayAll(git.path);
    expect(rows[0]).toMatchObject({ status: "unreadable", because: expect.stringContaining(lost) });
    expect(rows.at(-1)?.commit.subject).toBe("fourth");
    expect(totals).toMatchObject({ tagLosses: 1 });
    expect(totals.commits).toBe(rows.length);
    expect(plan.listing.incomplete).not.toBeNull();
  });

  test("the border of a shallow clone", async () => {
    for (const index of [1, 2, 3]) git.commit({ [FILE]: `${CONTRACT}# ${index}\n` }, `${index}`);
    const clone = createGitRepository();
    clone.git("fetch", "--quiet", "--depth=2", `file://${git.path}`, "main:other");
    clone.git("checkout", "--quiet", "other");
    const { rows } = await replayAll(clone.path, { to: "other" });
    expect(rows.map((row) => [row.commit.subject, row.status])).toEqual([
      ["2", "unreadable"],
      ["3", "judged"],
    ]);
    clone.remove();
  });
});

describe("which commits", () => {
  beforeEach(() => {
    git.commit({ [FILE]: CONTRACT }, "first");
    git.git("checkout", "--quiet", "-b", "side");
    git.commit({ [FILE]: STRIPPED }, "strip");
    git.commit({ [FILE]: CONTRACT }, "put back");
    git.commit({ "a.txt": "1" }, "side text");
    git.git("checkout", "--quiet", "main");
    git.commit({ "b.txt": "1" }, "main text");
    git.git("merge", "--quiet", "--no-ff", "-m", "merge", "side");
  });
  const subjects = async (request: Parameters<typeof replayAll>[1]) =>
    (await replayAll(git.path, request)).rows.map(({ commit }) => commit.subject);

  test("first parents: a merge is one change", async () => expect(await subjects({})).toEqual(["first", "main text", "merge"]));
  test("every commit: the detour is seen", async () => {
    const { rows, totals } = await replayAll(git.path, { walk: "every-commit" });
    expect(rows.map(({ commit }) => commit.subject).sort()).toEqual(["first", "main text", "put back", "side text", "strip"]);
    expect(totals.tagLosses).toBe(1);
  });
  test("limit takes the newest", async () => expect(await subjects({ limit: 2 })).toEqual(["main text", "merge"]));
  test("from is left out", async () => expect(await subjects({ from: "main~2" })).toEqual(["main text", "merge"]));
  test("to ends it", async () => expect(await subjects({ to: "main~1" })).toEqual(["first", "main text"]));
  test("since leaves out the old", async () => expect(await subjects({ since: "2100-01-01" })).toEqual([]));
  test.each(["soon", "12", "2026-13-01", "d", "180 d"])("since %s is refused", async (since) =>
    expect(subjects({ since })).rejects.toMatchObject({ name: "Refusal", kind: "usage" }),
  );
});

test("another policy beside the one at the tip: commits whose verdict it changes", async () => {
  git.commit({ ".choochoorc": "governance:\n  requireApproval: []\n", [FILE]: CONTRACT.replaceAll("pii", "internal-note") }, "start");
  git.commit({ [FILE]: CONTRACT.replaceAll("pii", "internal-note").replace("name: country", "name: nation") }, "rename");
  git.commit({ "a.txt": "1" }, "nothing");
  const text = POLICIES.replace('["pii", "gdpr"]', '["internal-note"]').replace(
    "      tags:",
    '      findings: ["field.removed"]\n      # tags:',
  );
  const policy = { origin: "repo", kind: "policies", path: "p.yaml", mode: "100644", blob: "b", text, unreadable: null } as const;
  const { rows, totals } = await replayAll(git.path, { policy });
  const changed = rows.flatMap((row) => (row.status === "judged" ? [[row.commit.subject, row.atTip?.state, row.verdict.state]] : []));
  expect(changed.at(-1)).toEqual(["rename", "auto_approved", "pending_approval"]);
  expect(totals).toMatchObject({ changedVerdicts: 1, matched: [{ name: "repo/pii-change-policy", commits: 1 }] });
  await expect(replayAll(git.path, { policy: { ...policy, text: "policies: 3" } })).rejects.toMatchObject({
    name: "Refusal",
    kind: "config",
  });
});

test("3,000 commits run through, and stopped in the middle and continued they give the same totals", { timeout: 60_000 }, async () => {
  fastImport(git.path, generated(3_000));
  const whole = await replayAll(git.path, { lineage: false });
  expect(whole.rows).toHaveLength(3_000);
  expect(whole.totals).toMatchObject({ commits: 3_000, touched: 60, unreadableCommits: 0, faults: 0, tagLosses: 30 });

  const repository = await openLocalRepository(git.path);
  const plan = await planReplay({ repository, clock: { now: () => new Date("2026-02-02T00:00:00Z") } }, { ...EVERYTHING, lineage: false });
  const run = async (start: ReplayStart, rows: number) => {
    let at = start;
    for await (const row of replayHistory({ repository, comparer: compareHere }, plan, at.done)) {
      at = startAfter(at, row);
      if (at.done - start.done === rows) break;
    }
    return at;
  };
  const half = await run({ done: 0, totals: NO_COMMITS }, 1_501);
  const kept = JSON.parse(JSON.stringify(replayState(plan, "1", half)));
  const end = await run(startOf(plan, "1", kept), 3_000);
  await repository.close();
  expect(half.done).toBe(1_501);
  expect(end).toEqual({ done: 3_000, totals: whole.totals });
});

/** Every hundredth commit strips a tag, the one fifty later puts it back; the rest touches nothing that is governed. */
function* generated(count: number): Generator<ImportedCommit> {
  for (let index = 0; index < count; index += 1) {
    const contract = index % 100 === 0 ? CONTRACT : index % 100 === 50 ? STRIPPED : null;
    const files: Record<string, string> = contract === null ? { [`src/file${index % 40}.txt`]: `${index}\n` } : { [FILE]: contract };
    yield {
      message: `commit ${index}`,
      files: index === 0 ? { ...files, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES } : files,
    };
  }
}
