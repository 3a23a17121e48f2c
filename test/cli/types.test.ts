import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLocalRepository } from "../../src/git/local-repository.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

type Files = Readonly<Record<string, string>>;

/** `check` on a real repository, with what it read on the way. */
async function check(base: Files, head: Files) {
  git.commit({ ".choochoorc": "contracts: {include: [contracts/**]}\ngovernance: {requireApproval: [pii]}\n", ...base });
  git.git("checkout", "-qb", "work");
  git.commit(head);
  const read: string[] = [];
  let searches = 0;
  const openRepository: typeof openLocalRepository = async (path) => {
    const repository = await openLocalRepository(path);
    return {
      ...repository,
      readFile: (file, maxBytes) => {
        read.push(file.path);
        return repository.readFile(file, maxBytes);
      },
      filesHolding: (...args) => {
        // Lineage searches all files, and reads what it finds: here it finds nothing.
        if (args[2] === undefined) return Promise.resolve([]);
        searches += 1;
        return repository.filesHolding(...args);
      },
    };
  };
  const run = await countersign(git.path, ["check", "--base", "main", "--format", "json"], {}, { openRepository });
  const report = JSON.parse(run.stdout) as {
    state: string;
    findings: { code: string; severity: string; object: string | null; field: string | null; message: string }[];
  };
  const found = report.findings.map(({ severity, code, object, field }) => `${severity} ${code} ${object}.${field}`).sort();
  return { code: run.code, found, messages: report.findings.map(({ message }) => message).join("\n"), read: new Set(read), searches };
}

const TYPES = "type User { email: String @pii }\ntype Plain { email: String }\n";
const PROTO = 'syntax = "proto3";\npackage p;\n';
const TAGGED = `${PROTO}message User { string email = 1 [(acme.pii) = true]; }\nmessage Plain { string email = 1; }\n`;
const query = (type: string, path = "p/a.proto") => `syntax = "proto3";\nimport "${path}";\npackage q;\nmessage Q { ${type} u = 1; }\n`;
const record = (name: string, attributes: string) =>
  `{"type":"record","name":"${name}","namespace":"n","fields":[{"name":"email","type":"string"${attributes}}]}\n`;
const holder = (type: string) => `{"type":"record","name":"H","namespace":"n","fields":[{"name":"x","type":"${type}"}]}\n`;

describe("a field turned away from a protected type of an unchanged file", () => {
  it.each<[string, Files, Files, string]>([
    [
      "GraphQL",
      { "contracts/q.graphql": "type Q { u: User }\n", "contracts/sub/types.graphqls": TYPES },
      { "contracts/q.graphql": "type Q { u: Plain }\n" },
      "block type.changed Q.u",
    ],
    [
      "GraphQL, two files away",
      {
        "contracts/q.graphql": "type Q { b: Box }\n",
        "contracts/box.graphql": "type Box { u: User }\ntype Other { u: Plain }\n",
        "contracts/types.graphql": TYPES,
      },
      { "contracts/q.graphql": "type Q { b: Other }\n" },
      "block type.changed Q.b",
    ],
    [
      "GraphQL, the name on a line of its own",
      {
        "contracts/q.graphql": "type Q { u: User }\n",
        "contracts/types.graphql": "type # no\n User { email: String @pii }\ntype Plain { a: Int }\n",
      },
      { "contracts/q.graphql": "type Q { u: Plain }\n" },
      "block type.changed Q.u",
    ],
    [
      "Protocol Buffers, counted from an import root",
      { "contracts/proto/q.proto": query("p.User"), "contracts/proto/p/a.proto": TAGGED },
      { "contracts/proto/q.proto": query("p.Plain") },
      "block type.changed q.Q.u",
    ],
    [
      "Protocol Buffers, the import alone",
      {
        "contracts/q.proto": query("p.User"),
        "contracts/p/a.proto": TAGGED,
        "contracts/p/b.proto": TAGGED.replace(" [(acme.pii) = true]", ""),
      },
      { "contracts/q.proto": query("p.User", "p/b.proto") },
      "block type.changed q.Q.u",
    ],
    [
      "Avro",
      {
        "contracts/h.avsc": holder("n.User"),
        "contracts/user.avsc": record("User", ',"pii":true'),
        "contracts/plain.avsc": record("Plain", ""),
      },
      { "contracts/h.avsc": holder("n.Plain") },
      "block type.changed n.H.x",
    ],
    [
      "Avro, a name written with an escape",
      {
        "contracts/h.avsc": holder("n.User"),
        "contracts/user.avsc": record("Us\\u0065r", ',"pii":true'),
        "contracts/plain.avsc": record("Plain", ""),
      },
      { "contracts/h.avsc": holder("n.Plain") },
      "block type.changed n.H.x",
    ],
  ])("%s: blocks", async (_, base, head, expected) => {
    const { found, code, messages } = await check(base, head);
    expect(found).toEqual([expected]);
    expect(messages).toContain("`pii` stood inside");
    expect(code).not.toBe(0);
  });

  it.each<[string, Files, Files, string]>([
    [
      "a definition that cannot be read",
      { "contracts/q.graphql": "type Q { u: User }\n", "contracts/types.graphql": `${TYPES}type Broken {` },
      { "contracts/q.graphql": "type Q { u: String }\n" },
      "block type.changed Q.u",
    ],
    [
      "a definition over the size that is read",
      { "contracts/q.graphql": "type Q { u: User }\n", "contracts/types.graphql": `${TYPES}#${"x".repeat(2_100_000)}\n` },
      { "contracts/q.graphql": "type Q { u: String }\n" },
      "block type.changed Q.u",
    ],
    [
      "an import that is not governed",
      { "contracts/q.proto": query("p.User", "elsewhere/a.proto"), "elsewhere/a.proto": TAGGED },
      { "contracts/q.proto": query("string", "elsewhere/a.proto") },
      "block type.changed q.Q.u",
    ],
  ])("%s is an unknown class", async (_, base, head, expected) => {
    const { found, messages, read } = await check(base, head);
    expect(found).toEqual([expected]);
    expect(messages).toContain("unknown:$ref");
    expect(read).not.toContain("elsewhere/a.proto");
  });
});

describe("what is looked for", () => {
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`contracts/more/t${index}.graphql`, `type T${index} { user: User }\n`]),
  );
  const base = { ...many, "contracts/q.graphql": "type Q { u: User a: Int }\n", "contracts/types.graphql": TYPES };

  it("is nothing, where no field with a type of another file changed", async () => {
    const { found, read, searches } = await check(base, { "contracts/q.graphql": "type Q { u: User a: Float }\n" });
    expect(found).toEqual(["break type.changed Q.a"]);
    expect(read).not.toContain("contracts/types.graphql");
    expect(searches).toBe(0);
  });

  it("are the files that may define the names of a changed field, and no file that only mentions them", async () => {
    const { found, read } = await check(base, { "contracts/q.graphql": "type Q { u: Plain a: Int }\n" });
    expect(found).toEqual(["block type.changed Q.u"]);
    expect([...read].filter((path) => path.startsWith("contracts/")).sort()).toEqual(["contracts/q.graphql", "contracts/types.graphql"]);
  });

  it("ends at the cap, and what lies beyond is an unknown class", async () => {
    const twins = Object.fromEntries(
      Array.from({ length: 510 }, (_, index) => [`contracts/twins/t${index}.graphql`, "type User { a: Int }\n"]),
    );
    const { found, messages } = await check(
      { ...twins, "contracts/q.graphql": "type Q { u: User }\n" },
      { "contracts/q.graphql": "type Q { u: Int }\n" },
    );
    expect(found).toEqual(["block type.changed Q.u"]);
    expect(messages).toContain("unknown:$ref User");
  });
});

it("a type that moves to another file with its tags, and an import that is added, ask nobody", async () => {
  const { found } = await check(
    {
      "contracts/q.graphql": `type Q { u: User }\n${TYPES}`,
      "contracts/r.graphql": "type R { u: User }\n",
      "contracts/q.proto": query("p.User"),
      "contracts/p/a.proto": TAGGED,
      "contracts/p/c.proto": `${PROTO}message C { string c = 1; }\n`,
    },
    {
      "contracts/q.graphql": "type Q { u: User }\n",
      "contracts/types.graphql": TYPES,
      "contracts/q.proto": query("p.User").replace("package", 'import "p/c.proto";\npackage'),
    },
  );
  expect(found.filter((each) => !each.startsWith("info"))).toEqual([]);
});
