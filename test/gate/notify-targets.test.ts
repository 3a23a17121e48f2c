import { describe, expect, test } from "vitest";
import { createNotifyTargets, type RefusedTarget, readTargets } from "../../src/gate/notify-targets.ts";

const SLACK = { name: "chat", kind: "slack", url: "https://hooks.slack.com/services/T0/B0/s3cr3t", accounts: ["Acme"] };
const WEBHOOK = { name: "audit", kind: "webhook", url: "https://audit.example/in", secret: "s3cr3t-s3cr3t-s3cr3t", accounts: [7] };
const read = (...targets: readonly object[]) => readTargets("/etc/notify.json", JSON.stringify({ targets }));

describe("the operator's file", () => {
  test("is taken whole", () => {
    const loopback = ["http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]/x"].map((url, index) => ({
      ...SLACK,
      name: `l${index}`,
      url,
    }));
    const reading = read(SLACK, WEBHOOK, ...loopback);
    expect(reading.problems).toEqual([]);
    expect(reading.targets.slice(0, 2)).toEqual([{ ...SLACK, secret: null, accounts: ["acme"] }, WEBHOOK]);
    expect(readTargets("x", '{"targets":[]}')).toEqual({ targets: [], problems: [] });
  });

  test.each<[string, readonly object[], string]>([
    ["http", [{ ...SLACK, url: "http://hooks.slack.com/s3cr3t" }], "targets[0].url: must be an https address"],
    ["another scheme", [{ ...SLACK, url: "file:///s3cr3t" }], "targets[0].url: must be an https address"],
    ["a user in the address", [{ ...SLACK, url: "https://a:s3cr3t@x.example" }], "targets[0].url: must be an https address"],
    ["no address", [{ ...SLACK, url: "s3cr3t" }], "targets[0].url: must be an https address"],
    ["a short secret", [{ ...WEBHOOK, secret: "s3cr3t" }], "targets[0].secret: at least 16 characters"],
    ["no secret", [{ ...WEBHOOK, secret: undefined }], "targets[0].secret: "],
    ["a secret of Slack", [{ ...SLACK, secret: "s3cr3t-s3cr3t-s3cr3t" }], 'targets[0]: Unrecognized key: "secret"'],
    ["another kind", [{ ...SLACK, kind: "email" }], "targets[0].kind: "],
    ["nobody", [SLACK, { ...WEBHOOK, accounts: [] }], "targets[1].accounts: names no account"],
    ["no accounts", [{ ...SLACK, accounts: undefined }], "targets[0].accounts: "],
    ["everybody", [{ ...SLACK, accounts: ["*"] }], "targets[0].accounts[0]: "],
    ["an id in quotes", [{ ...SLACK, accounts: ["1234567"] }], "targets[0].accounts[0]: is an id in quotes; write it as a number"],
    ["half an id", [{ ...SLACK, accounts: [1.5] }], "targets[0].accounts[0]: must be the login of a GitHub account, or its id as a number"],
    ["a name that no policy can say", [{ ...SLACK, name: "a b" }], "targets[0].name: letters, digits"],
    ["a name twice", [SLACK, { ...WEBHOOK, name: "chat" }], "two targets are named `chat`"],
  ])("with %s is refused, and no secret is quoted", (_what, targets, problem) => {
    const reading = read(...targets);
    expect(reading.targets).toEqual([]);
    expect(reading.problems.join("\n")).toContain(`NOTIFY_FILE: /etc/notify.json: ${problem}`);
    expect(reading.problems.join("\n")).not.toContain("s3cr3t");
  });

  test.each(["", "[]", "null", '{"target":[]}', '{"targets":{}}'])("%j is refused", (text) => {
    const { targets, problems } = readTargets("x", text);
    expect(targets).toEqual([]);
    expect(problems[0]).toContain("NOTIFY_FILE: x: ");
  });
});

test("a file that is no JSON is refused with the place, and none of its words", () => {
  const { problems } = readTargets("/etc/notify.json", '{\n  "targets": [{ "url": "https://x.example/s3cr3t" "kind" }]\n}');
  expect(problems).toEqual([
    expect.stringMatching(/^NOTIFY_FILE: \/etc\/notify\.json: not JSON \(line 2 column \d+\); it must be \{ "targets"/),
  ]);
  expect(problems.join()).not.toContain("s3cr3t");
});

describe("targets of an account", () => {
  const acme = { id: 5, login: "ACME" };
  const seven = { id: 7, login: "renamed" };
  const refused: RefusedTarget[] = [];
  const targets = createNotifyTargets(read(SLACK, WEBHOOK).targets, (each) => refused.push(each));
  const entries = [
    { slack: "chat", on: ["pending", "bypass"] },
    { webhook: "audit", on: ["bypass"] },
    { slack: "chat", on: ["bypass"] },
  ];

  test("are those that its lines name for the event, by its login or its id", () => {
    expect(targets.chosen(acme, entries, "pending")).toEqual([{ kind: "slack", name: "chat" }]);
    expect(targets.chosen(acme, entries, "override")).toEqual([]);
    expect(targets.chosen(seven, [{ webhook: "audit", on: ["bypass"] }], "bypass")).toEqual([{ kind: "webhook", name: "audit" }]);
  });

  test("T95: never another's: neither chosen nor found, and the operator is told once", () => {
    refused.length = 0;
    for (const _again of [1, 2]) expect(targets.chosen(acme, entries, "bypass")).toEqual([{ kind: "slack", name: "chat" }]);
    expect(refused).toEqual([{ kind: "webhook", name: "audit", account: "ACME", because: "the target is set up for other accounts" }]);
    expect(targets.find(acme, { kind: "webhook", name: "audit" })).toBeNull();
    expect(targets.find({ id: 8, login: "7" }, { kind: "webhook", name: "audit" })).toBeNull();
    expect(targets.find(seven, { kind: "webhook", name: "audit" })).toEqual(WEBHOOK);
  });

  test.each([
    [{ slack: "nowhere", on: ["pending"] }, "no target of this name is set up"],
    [{ webhook: "chat", on: ["pending"] }, "the target is set up as `slack`"],
  ])("%j leads nowhere", (entry, because) => {
    refused.length = 0;
    expect(targets.chosen(acme, [entry], "pending")).toEqual([]);
    expect(refused).toMatchObject([{ because }]);
  });

  test("a line with two targets leads nowhere: its policy's warning says so", () => {
    expect(targets.chosen(acme, [{ slack: "chat", webhook: "audit", on: ["pending"] }], "pending")).toEqual([]);
  });
});
