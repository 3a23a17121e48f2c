import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Checkpoint, signCheckpoint } from "../../src/engine/checkpoint.ts";
import { notaryWarnings } from "../../src/gate/notary-warnings.ts";
import type { CheckpointSink } from "../../src/gate/ports.ts";
import { createFileDrop } from "../../src/notary/file-drop.ts";
import { createGitRef } from "../../src/notary/git-ref.ts";
import { createNotary } from "../../src/notary/index.ts";
import { SIGNER } from "../support/sealed-trail.ts";

const root = mkdtempSync(join(tmpdir(), "countersign-sinks-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const TENANT = "01a2184c-3294-70e5-8c8e-57802c3b8ea3";
const OTHER = "01a2184c-3294-70e5-8c8e-57802c3b8ea4";

function checkpoint(size: number, tenantId = TENANT): Checkpoint {
  return { tenantId, size, head: "a".repeat(64), root: "b".repeat(64), at: "2026-11-26T12:00:00.000Z" };
}
const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();

let made = 0;
function fresh(name: string): string {
  made += 1;
  return join(root, `${name}-${made}`);
}
function bare(): string {
  const path = fresh("bare");
  git("init", "--quiet", "--bare", path);
  return path;
}

const places: readonly (readonly [string, () => CheckpointSink])[] = [
  ["a folder", () => createFileDrop(fresh("drop"))],
  ["a git branch", () => createGitRef({ url: bare(), branch: "checkpoints", keyPath: null })],
];

describe.each(places)("checkpoints in %s", (_, open) => {
  it("holds none at first, then the newest of each tenant; publishing twice changes nothing", async () => {
    const sink = open();
    expect(await sink.latest(TENANT)).toBeNull();
    for (const each of [checkpoint(9), checkpoint(10), checkpoint(100), checkpoint(3, OTHER)])
      await sink.publish(each, signCheckpoint(each, SIGNER));
    await sink.publish(checkpoint(100), signCheckpoint(checkpoint(100), SIGNER));
    expect(await sink.latest(TENANT)).toEqual(signCheckpoint(checkpoint(100), SIGNER));
    expect(await sink.latest(OTHER)).toEqual(signCheckpoint(checkpoint(3, OTHER), SIGNER));
  });

  it("T102: a tenant's id that is no id names no path", async () => {
    const sink = open();
    const evil = checkpoint(1, "../../evil");
    await expect(sink.publish(evil, signCheckpoint(evil, SIGNER))).rejects.toThrow("not a tenant's id");
  });
});

describe("a git branch", () => {
  it("is never forced: what somebody else pushed meanwhile stays, and every checkpoint is a commit", async () => {
    const url = bare();
    const sink = createGitRef({ url, branch: "checkpoints", keyPath: null });
    for (const size of [1, 2, 3]) await sink.publish(checkpoint(size), signCheckpoint(checkpoint(size), SIGNER));
    expect(git("-C", url, "rev-list", "--count", "checkpoints")).toBe("3");
    expect(git("-C", url, "ls-tree", "-r", "--name-only", "checkpoints").split("\n")).toHaveLength(3);
  });

  it("that cannot be reached is an error, not an empty place", async () => {
    const sink = createGitRef({ url: join(root, "nowhere.git"), branch: "checkpoints", keyPath: null });
    await expect(sink.latest(TENANT)).rejects.toThrow("git ls-remote");
    await expect(sink.publish(checkpoint(1), signCheckpoint(checkpoint(1), SIGNER))).rejects.toThrow("git ls-remote");
  });
});

describe("a folder", () => {
  it("has one whole file per checkpoint, by fixed names", async () => {
    const folder = join(root, "names");
    await createFileDrop(folder).publish(checkpoint(7), signCheckpoint(checkpoint(7), SIGNER));
    expect(readdirSync(join(folder, TENANT))).toEqual(["000000000007.json"]);
    expect(JSON.parse(readFileSync(join(folder, TENANT, "000000000007.json"), "utf8"))).toEqual(signCheckpoint(checkpoint(7), SIGNER));
    writeFileSync(join(folder, TENANT, "notes.txt"), "mine");
    expect(await createFileDrop(folder).latest(TENANT)).toEqual(signCheckpoint(checkpoint(7), SIGNER));
  });
});

describe("what is missing is said", () => {
  const sink = { name: "file", latest: async () => null, publish: async () => {} };
  it.each([
    ["no key", createNotary({ signingKey: null, checkpointDir: null, checkpointGit: null }), "no AUDIT_SIGNING_KEY"],
    ["no place", { signer: SIGNER, sinks: [] }, "checkpoints stay in the database"],
    ["one place", { signer: SIGNER, sinks: [sink] }, "one place only (file)"],
  ])("%s", (_, notary, says) => expect(notaryWarnings(notary).join()).toContain(says));
  it("two places: nothing", () => expect(notaryWarnings({ signer: SIGNER, sinks: [sink, sink] })).toEqual([]));
});
