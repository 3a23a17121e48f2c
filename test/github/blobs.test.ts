import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPullRequests } from "../../src/github/index.ts";
import type { Fault } from "../hub/faults.ts";
import { openRig, type Rig, signIn } from "./rig.ts";

const REPO = "acme/data";
let rig: Rig;
let branches = 0;

beforeAll(async () => {
  rig = await openRig();
});
beforeEach(() => {
  rig.hub.requests.length = 0;
});
afterEach(() => {
  rig.hub.clearFaults();
  expect(rig.hub.violations).toEqual([]);
});
afterAll(() => rig.close());

/** What reading each of `files` at once gives, by whoever has read nothing before, and what GitHub was asked for it. */
async function readAll(files: Readonly<Record<string, string | Uint8Array>>, options: { readonly history?: "receipts" } = {}) {
  const branch = `b${branches++}`;
  const head = rig.hub.push(REPO, branch, files, { actor: "alice" });
  const content = createPullRequests(signIn(rig.hub, options)).content(rig.repository);
  const { files: changed } = await content.changedFiles(rig.hub.tip(REPO, "main"), head);
  rig.hub.requests.length = 0;
  const read = await Promise.all(
    changed.map(({ path, headMode, headBlob }) => content.readFile({ path, mode: headMode!, blob: headBlob! }, 2_000_000)),
  );
  const count = (template: string) => rig.hub.requests.filter((request) => request.template === template).length;
  return {
    bytes: Object.fromEntries(read.map(({ path, bytes }) => [path, Buffer.from(bytes!)])),
    questions: count("/graphql"),
    alone: count("/repos/{owner}/{repo}/git/blobs/{file_sha}"),
  };
}

function many(count: number, text: (at: number) => string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`many/${at}.yaml`, text(at)]));
}

const asBytes = (files: Readonly<Record<string, string | Uint8Array>>) =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [path, Buffer.from(content as Uint8Array)]));

const TEXTS = { "a.yaml": "a: 1\n", "bom.yaml": "\ufeffa: 1\r\nb: 2\r\n", "emoji.yaml": "a: 😀 é\n", "empty.yaml": "" };

describe("files that are wanted in the same moment", () => {
  test("are one question, and have the bytes that their ids name", async () => {
    expect(await readAll(TEXTS)).toEqual({ bytes: asBytes(TEXTS), questions: 1, alone: 0 });
  });

  test("a single one is no question", async () => {
    expect(await readAll({ "a.yaml": "a: one\n" })).toMatchObject({ questions: 0, alone: 1 });
  });

  test("what no text can say is read by itself: bytes that are no UTF-8, and those that are no text", async () => {
    const files = { ...TEXTS, "latin.yaml": Buffer.from("café\n", "latin1"), "nul.yaml": Buffer.from("a\0b") };
    expect(await readAll(files)).toEqual({ bytes: asBytes(files), questions: 1, alone: 2 });
  });

  test("so is a large file", async () => {
    const files = { ...TEXTS, "large.yaml": `# ${"x".repeat(300_000)}\n` };
    expect(await readAll(files)).toEqual({ bytes: asBytes(files), questions: 1, alone: 1 });
  });

  test("no question carries more than fifty of them, nor more than a megabyte", async () => {
    const small = many(120, (at) => `small: ${at}\n`);
    expect(await readAll(small)).toEqual({ bytes: asBytes(small), questions: 3, alone: 0 });
    const wide = many(9, (at) => `# ${at}${"x".repeat(200_000)}\n`);
    expect(await readAll(wide)).toEqual({ bytes: asBytes(wide), questions: 2, alone: 0 });
  });

  test("a server that is asked no questions tells each by itself", async () => {
    expect(await readAll(TEXTS, { history: "receipts" })).toEqual({ bytes: asBytes(TEXTS), questions: 0, alone: 4 });
  });
});

describe("T39: whatever an answer holds, the bytes are those that the id names", () => {
  const [right, wrong] = [{ text: "" }, { text: "a: 2\n" }];
  const told = (...blobs: readonly unknown[]): Fault => ({
    kind: "status",
    status: 200,
    body: { data: { repository: Object.fromEntries(blobs.map((blob, at) => [`b${at}`, blob])) } },
  });
  const faults: readonly [string, Fault, number][] = [
    ["the text of something else", told(wrong, wrong, wrong, wrong), 4],
    ["texts in another's place", told(right, wrong, wrong, right), 3],
    ["no object", told(null, null, null, null), 4],
    ["fewer than were asked for", told(), 4],
    ["a page", { kind: "html" }, 4],
    ["half of the answer", { kind: "truncated" }, 4],
    ["an error", { kind: "status", status: 200, body: { data: null, errors: [{ message: "timeout" }] } }, 4],
  ];
  for (const [what, fault, alone] of faults) {
    test(what, async () => {
      rig.hub.fail({ path: "/graphql" }, fault);
      expect(await readAll(TEXTS)).toEqual({ bytes: asBytes(TEXTS), questions: 1, alone });
    });
  }

  test("and what cannot be read by itself either is an error", async () => {
    rig.hub.fail({ path: "/graphql" }, told(wrong, wrong, wrong, wrong));
    rig.hub.fail({ path: /git\/blobs/ }, { kind: "status", status: 502 });
    await expect(readAll(TEXTS)).rejects.toThrow("GitHub answered 502");
  });
});
