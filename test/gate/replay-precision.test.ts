import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JudgedRow, ReplayRow, ReplayTotals } from "../../src/engine/replay.ts";
import { fastImport, type ImportedCommit } from "../support/fast-import.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";
import { replayAll } from "../support/replay.ts";

let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

interface Column {
  readonly name: string;
  /** ODCS 3.1: what a property is known by, wherever it stands. */
  readonly id?: string;
  readonly tags?: readonly string[];
}

function contract(id: string, objects: Readonly<Record<string, readonly Column[]>>, version = "1.0.0"): string {
  const field = ({ name, id: known, tags }: Column) =>
    `      - name: ${name}\n${known === undefined ? "" : `        id: ${known}\n`}        logicalType: string\n${tags === undefined ? "" : `        tags: [${tags.join(", ")}]\n`}`;
  const schema = Object.entries(objects).map(([name, columns]) => `  - name: ${name}\n    properties:\n${columns.map(field).join("")}`);
  return `apiVersion: v3.1.0\nkind: DataContract\nid: ${id}\nversion: ${version}\nstatus: active\nschema:\n${schema.join("")}`;
}

async function replay(commits: readonly ImportedCommit[]): Promise<{ rows: readonly ReplayRow[]; totals: ReplayTotals; last: JudgedRow }> {
  fastImport(git.path, commits);
  const { rows, totals } = await replayAll(git.path);
  expect(rows).toHaveLength(commits.length);
  expect(rows.filter(({ status }) => status === "unreadable")).toEqual([]);
  return { rows, totals, last: rows.at(-1) as JudgedRow };
}

const id = { name: "customer_id" };
const email = { name: "email_address", id: "email", tags: ["pii"] };
const phone = { name: "phone_number", id: "phone", tags: ["pii"] };
const bare = ({ name, id: known }: Required<Column>) => ({ name, id: known });
const codes = (row: JudgedRow) => row.findings.map(({ code }) => code);
const moved = (row: JudgedRow) => row.findings.filter(({ code }) => code === "field.moved").map(({ field }) => field);

describe("tagged fields that move with their tags are moves, and no tag is lost", () => {
  test.each<[string, ImportedCommit["files"], ImportedCommit["files"]]>([
    [
      "between objects of one contract",
      { "contracts/a.odcs.yaml": contract("a", { customers: [id, email, phone], contacts: [id] }) },
      { "contracts/a.odcs.yaml": contract("a", { customers: [id], contacts: [id, email, phone] }, "2.0.0") },
    ],
    [
      "between objects of one contract, in a commit that also moves the file",
      { "contracts/a.odcs.yaml": contract("a", { customers: [id, email, phone], contacts: [id] }) },
      {
        "contracts/a.odcs.yaml": null,
        "contracts/b/a.odcs.yaml": contract("a", { customers: [id], contacts: [id, email, phone] }, "2.0.0"),
      },
    ],
  ])("%s", async (_name, before, after) => {
    const { last, totals } = await replay([
      { message: "start", files: before },
      { message: "move", files: after },
    ]);
    expect(moved(last).sort()).toEqual(["email_address", "phone_number"]);
    expect(codes(last).filter((code) => /^(tag|classification)\./.test(code))).toEqual([]);
    expect(last.findings.filter(({ severity }) => severity === "block")).toEqual([]);
    expect(totals).toMatchObject({ tagLosses: 0, taggedFieldsLost: 0, moves: 2 });
  });

  test("a schema that goes to the contract of another file loses nothing", async () => {
    const { last, totals } = await replay([
      {
        message: "start",
        files: {
          "contracts/a.odcs.yaml": contract("a", { customers: [id], contacts: [email, phone] }),
          "contracts/b.odcs.yaml": contract("b", { orders: [id] }),
        },
      },
      {
        message: "move",
        files: {
          "contracts/a.odcs.yaml": contract("a", { customers: [id] }),
          "contracts/b.odcs.yaml": contract("b", { orders: [id], contacts: [email, phone] }),
        },
      },
    ]);
    expect(codes(last).filter((code) => /^(tag|classification)\./.test(code))).toEqual([]);
    expect(last.findings.filter(({ severity }) => severity === "block")).toEqual([]);
    expect(totals).toMatchObject({ tagLosses: 0, taggedFieldsLost: 0 });
  });

  test("a whole contract that goes to another file says so, and nothing else", async () => {
    const text = contract("a", { customers: [id, email] });
    const { last, totals } = await replay([
      { message: "start", files: { "contracts/a.odcs.yaml": text } },
      { message: "move", files: { "contracts/a.odcs.yaml": null, "contracts/teams/a.odcs.yaml": text } },
    ]);
    expect(last.findings.map(({ code, before, after }) => [code, before, after])).toEqual([
      ["contract.moved", "contracts/a.odcs.yaml", "contracts/teams/a.odcs.yaml"],
    ]);
    expect(totals).toMatchObject({ tagLosses: 0, taggedFieldsLost: 0 });
  });
});

test("a field without an id that goes elsewhere with its tag is a move that is asked about, and is no tag loss", async () => {
  const plain = { name: "email_address", tags: ["pii"] };
  const { last, totals } = await replay([
    { message: "start", files: { "contracts/a.odcs.yaml": contract("a", { customers: [id, plain], contacts: [id] }) } },
    { message: "move", files: { "contracts/a.odcs.yaml": contract("a", { customers: [id], contacts: [id, plain] }) } },
  ]);
  expect(last.findings.filter(({ severity }) => severity === "block").map(({ code }) => code)).toEqual(["field.moved"]);
  expect(totals.tagLosses).toBe(0);
});

test("the same move without the tags is the loss of both", async () => {
  const { last, totals } = await replay([
    { message: "start", files: { "contracts/a.odcs.yaml": contract("a", { customers: [id, email, phone], contacts: [id] }) } },
    { message: "move", files: { "contracts/a.odcs.yaml": contract("a", { customers: [id], contacts: [id, bare(email), bare(phone)] }) } },
  ]);
  const losses = last.findings.filter(({ code, severity }) => code === "tag.removed" && severity === "block");
  expect(losses.map(({ field }) => field).sort()).toEqual(["email_address", "phone_number"]);
  expect(totals).toMatchObject({ tagLosses: 2, taggedFieldsLost: 2 });
  expect(last.verdict.state).toBe("pending_approval");
});

test("columns that are only named like personal data lose nothing, through 30 commits of edits", async () => {
  const names = ["gdpr_consent", "gdpr_region", "is_gdpr_subject", "last_gdpr_export_at"];
  const only = names.map((name) => ({ name }));
  const commits = Array.from({ length: 30 }, (_, step) => {
    const columns = [...only, ...Array.from({ length: step }, (_each, extra) => ({ name: `gdpr_flag_${extra}` }))];
    const text = contract("consents", { gdpr_log: step % 2 === 0 ? columns : columns.toReversed() }, `1.${step}.0`);
    return { message: `edit ${step}`, files: { "contracts/consents.odcs.yaml": step % 3 === 0 ? `# gdpr\n${text}` : text } };
  });
  const { rows, totals } = await replay(commits);
  const found = rows.flatMap((row) => (row.status === "judged" ? row.findings : []));
  expect(found.length).toBeGreaterThan(25);
  expect(found.filter(({ severity }) => severity === "block" || severity === "break")).toEqual([]);
  expect(found.filter(({ code }) => /^(tag|classification)\./.test(code))).toEqual([]);
  expect(totals).toMatchObject({ tagLosses: 0, taggedFieldsLost: 0, states: { auto_approved: 30 } });
});
