import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { CONFIG, POLICIES } from "../demo/sample.ts";
import { type Hand, startHand } from "../support/by-hand.ts";

let hand: Hand;
beforeAll(async () => {
  hand = await startHand();
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

const GATE = { ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES };
const QUERY = "type Q { u: User }\n";
const TURNED = { "contracts/q.graphql": "type Q { u: Plain }\n" };
const GRAPHQL = {
  "contracts/q.graphql": QUERY,
  "contracts/types.graphql": "type User { email: String @pii }\ntype Plain { email: String }\n",
};

async function found(repo: ReturnType<Hand["repository"]>, number: number) {
  const evaluation = await hand.deps.ledger.latestEvaluation(repo.key(number));
  return evaluation?.facts.diff.findings.map(({ severity, code, object, field, message }) => ({
    told: `${severity} ${code} ${object}.${field}`,
    message,
  }));
}

const proto = (body: string) => `syntax = "proto3";\npackage p;\n${body}`;
const importing = (path: string) => `syntax = "proto3";\nimport "${path}";\npackage q;\nmessage Q { p.User u = 1; }\n`;
const record = (name: string, attributes: string) =>
  `{"type":"record","name":"${name}","namespace":"n","fields":[{"name":"email","type":"string"${attributes}}]}\n`;

test.each<[string, Record<string, string>, Record<string, string>, string]>([
  ["GraphQL", GRAPHQL, TURNED, "block type.changed Q.u"],
  [
    "an import of Protocol Buffers",
    {
      "contracts/q.proto": importing("a.proto"),
      "contracts/a.proto": proto("message User { string email = 1 [(acme.pii) = true]; }\n"),
      "contracts/b.proto": proto("message User { string email = 1; }\n"),
    },
    { "contracts/q.proto": importing("b.proto") },
    "block type.changed q.Q.u",
  ],
  [
    "Avro",
    {
      "contracts/h.avsc": '{"type":"record","name":"H","fields":[{"name":"x","type":"n.User"}]}\n',
      "contracts/user.avsc": record("User", ',"pii":true'),
      "contracts/plain.avsc": record("Plain", ""),
    },
    { "contracts/h.avsc": '{"type":"record","name":"H","fields":[{"name":"x","type":"n.Plain"}]}\n' },
    "block type.changed H.x",
  ],
])(
  "%s: a field turned away from a protected type of an unchanged file needs an approval, before any merge was recorded",
  async (_, files, turned, told) => {
    const repo = hand.repository({ ...files, ...GATE });
    const pull = repo.open(turned);
    expect(await hand.work()).toEqual([]);
    expect(repo.shows(pull.head)).not.toBe("success");
    expect(await found(repo, pull.number)).toEqual([{ told, message: expect.stringContaining("`pii` stood inside") }]);
  },
);

test("after a recorded merge only the files that define the types are read", async () => {
  const others = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`contracts/more/t${index}.graphql`, `type T${index} { u: User }\n`]),
  );
  const repo = hand.repository({ ...GRAPHQL, ...others, ...GATE });
  const first = repo.open({ "contracts/new.graphql": "type New { email: String @pii }\n" }, "first");
  await hand.work();
  hand.hub.review(repo.name, first.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  hand.hub.merge(repo.name, first.number, { actor: "alice", method: "squash" });
  expect(await hand.work()).toEqual([]);
  expect((await hand.deps.ledger.lineageOf(repo.id))?.length).toBe(15);

  const asked: string[] = [];
  const deps = {
    ...hand.deps,
    pulls: {
      ...hand.deps.pulls,
      content: (ref: Parameters<typeof hand.deps.pulls.content>[0]) => {
        const content = hand.deps.pulls.content(ref);
        return {
          ...content,
          readFile: (file: Parameters<typeof content.readFile>[0], max: number) => {
            asked.push(file.path);
            return content.readFile(file, max);
          },
        };
      },
    },
  };
  const second = repo.open(TURNED, "second");
  expect(await hand.work(deps)).toEqual([]);
  expect(await found(repo, second.number)).toMatchObject([{ told: "block type.changed Q.u" }]);
  expect(new Set(asked.filter((path) => path.startsWith("contracts/")))).toEqual(
    new Set(["contracts/q.graphql", "contracts/types.graphql"]),
  );
});

test("a definition that went elsewhere past the gate is still found", async () => {
  const repo = hand.repository({ ...GRAPHQL, ...GATE });
  const first = repo.open({ "contracts/new.graphql": "type New { email: String @pii }\n" }, "first");
  await hand.work();
  hand.hub.review(repo.name, first.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  hand.hub.merge(repo.name, first.number, { actor: "alice", method: "squash" });
  await hand.work();
  hand.hub.push(
    repo.name,
    "main",
    { "contracts/types.graphql": null, "contracts/gone/types.graphql": GRAPHQL["contracts/types.graphql"] },
    { actor: "alice" },
  );
  hand.pass(5);
  const second = repo.open(TURNED, "second");
  await hand.work();
  expect(await found(repo, second.number)).toMatchObject([{ told: "block type.changed Q.u" }]);
});

test("a definition that cannot be read is an unknown class", async () => {
  const repo = hand.repository({ ...GRAPHQL, "contracts/types.graphql": "type User { email: String @pii\n", ...GATE });
  const pull = repo.open({ "contracts/q.graphql": "type Q { u: String }\n" });
  await hand.work();
  expect(await found(repo, pull.number)).toEqual([
    { told: "block type.changed Q.u", message: expect.stringContaining("unknown:$ref User") },
  ]);
});
