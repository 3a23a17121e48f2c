import { describe, expect, test } from "vitest";
import type { AgentRegistry, CommitMark, TraceMark } from "../../../src/engine/agents/model.ts";
import { recogniseAgents } from "../../../src/engine/agents/recognise.ts";
import { agentTrailers, declaredDoubt } from "../../../src/engine/agents/trailers.ts";
import { decide } from "../../../src/engine/decide.ts";
import type { CommitFact, Facts } from "../../../src/engine/facts.ts";
import { defaultConfig } from "../../../src/engine/policy/defaults.ts";
import { facts, HEAD, people, policy, review } from "../policy/build.ts";
import { changeByBot, changeWith, evidence, registry, trailers, WITH_BOT } from "./build.ts";

/** The usual agent with these accounts only. */
function withAccounts(accounts: readonly (string | number)[]): AgentRegistry {
  const usual = registry();
  return usual.status === "ok" ? { ...usual, agents: usual.agents.map((agent) => ({ ...agent, accounts })) } : usual;
}
const seen = (given: Facts) => recogniseAgents(given, defaultConfig).map(({ id }) => id);
const mark = (over: Partial<CommitMark>): CommitMark => ({ sha: HEAD, identities: [], trailers: trailers(), ...over });
const trace = (over: Partial<TraceMark>): TraceMark => ({
  tool: "tidy-cli",
  path: "contracts/customers.odcs.yaml",
  confidence: null,
  file: ".agent-trace/traces.jsonl",
  ...over,
});

describe("trailers", () => {
  test("stand below the subject, one word for a name", () => {
    const message =
      "agent: fix it\n\nAgent: not one word\n agent: tidy \nAgent: tidy\nAgent-Launched-By: @alice\nAgent-Confidence: 80%\nCo-authored-by: T <t@x>";
    expect(agentTrailers(message)).toEqual({ agents: ["tidy"], launchedBy: ["alice"], confidences: ["80%"], coAuthors: ["T <t@x>"] });
    expect(agentTrailers("Agent: tidy")).toEqual(trailers());
  });
  test.each([
    ["0.8", 20],
    ["80%", 20],
    ["1", 0],
    ["0", 100],
    ["0.145", 86],
    ["high", 50],
    ["1.5", 50],
    ["-1", 50],
    ["NaN", 50],
    ["", 50],
  ])("a declared confidence of %j is %i hundredths of doubt", (text, doubt) => {
    expect(declaredDoubt(text)).toBe(doubt);
  });
});

describe("who is an agent", () => {
  test.each<[string, Partial<CommitFact>, Partial<Facts>, string[]]>([
    ["a person", {}, {}, []],
    ["a registered account wrote a commit of a person's change", { author: "tidy[bot]" }, {}, ["tidy"]],
    ["a registered account committed", { committer: "tidy[bot]" }, {}, ["tidy"]],
    ["a registered account is co-author", { coAuthors: ["tidy[bot]"] }, {}, ["tidy"]],
    ["an account that nobody registered wrote a commit", { author: "tidy[bot]" }, { agents: undefined as never }, ["tidy[bot]"]],
    ["a trailer of a registered agent", { trailers: trailers({ agents: ["TIDY"] }) }, {}, ["tidy"]],
    [
      "a trailer with the account of an agent that is registered by its number",
      { trailers: trailers({ agents: ["tidy[bot]"] }) },
      { agents: evidence({ registry: withAccounts([77]) }) },
      ["tidy"],
    ],
    ["a trailer of one that nobody registered", { trailers: trailers({ agents: ["stray"] }) }, {}, ["stray"]],
    ["a co-author trailer with a registered address", { trailers: trailers({ coAuthors: ["Anyone <tidy@example.com>"] }) }, {}, ["tidy"]],
    [
      "a co-author trailer with a registered account's address",
      { trailers: trailers({ coAuthors: ["x <77+y@users.noreply.github.com>"] }) },
      {},
      ["tidy"],
    ],
    ["a co-author that is nobody's agent", { trailers: trailers({ coAuthors: ["Bob <bob@example.com>"] }) }, {}, []],
    ["an unresolved author with a registered address", { identities: ["T <tidy@example.com>"], trailers: trailers() }, {}, ["tidy"]],
    ["an Agent Trace of a registered tool", {}, { agents: evidence({ traces: [trace({})] }) }, ["tidy"]],
    ["an Agent Trace of another tool", {}, { agents: evidence({ traces: [trace({ tool: "other" })] }) }, ["other"]],
    ["an Agent Trace that cannot be read", {}, { agents: evidence({ traces: [trace({ tool: null, path: null })] }) }, ["unknown agent"]],
    ["a merge of the base", { author: "tidy[bot]", baseMerge: true }, { agents: undefined as never }, []],
    [
      "a local commit by its git name",
      {},
      { people: null, agents: evidence({ commits: [mark({ identities: ["tidy[bot] <x@y>"] })] }) },
      ["tidy"],
    ],
  ])("%s", (_what, commit, over, expected) => {
    const { agents, ...rest } = changeWith(commit, over);
    expect(seen(agents === undefined ? rest : { ...rest, agents })).toEqual(expected);
  });

  test("by numeric id after a rename, by a push, and once for all the evidence", () => {
    const renamed = { id: 77, login: "neat[bot]", type: "Bot", suspended: false } as const;
    const pushes = [{ sha: HEAD, actor: "neat[bot]", at: "2026-11-21T09:00:00Z", forced: false }];
    const given = facts({ agents: evidence(), people: people({ actors: [...WITH_BOT.slice(0, -1), renamed], pushes }) });
    expect(seen(given)).toEqual(["tidy"]);
    const [agent, ...others] = recogniseAgents(changeByBot(), defaultConfig);
    expect([agent?.id, others]).toEqual(["tidy", []]);
    expect(agent?.evidence).toEqual(["author of commit head000", "author of this change", "pushed head000"]);
  });
});

describe("registrations that share a sign are all at work, and the boundaries of each hold", () => {
  const twin =
    "  - { id: zeal, status: active, accounts: [77], emails: [tidy@example.com], tools: [tidy-cli], boundaries: { no-pii: true } }\n";
  const shared = evidence({ registry: registry(twin) });
  test.each<[string, Facts]>([
    ["an account", changeByBot({ agents: shared })],
    ["a trailer with the account", changeWith({ trailers: trailers({ agents: ["tidy[bot]"] }) }, { agents: shared })],
    ["an address", changeWith({ identities: ["T <tidy@example.com>"], trailers: trailers() }, { agents: shared })],
    ["a tool", changeWith({}, { agents: { ...shared, traces: [trace({})] } })],
  ])("%s", (_what, given) => {
    // `tidy` stands first and has no boundary: it must not stand in for the other one.
    const decision = decide(given);
    expect(decision.state).toBe("blocked");
    expect(decision.agents?.map(({ id, violations }) => [id, violations.map(({ boundary }) => boundary)])).toEqual([
      ["tidy", []],
      ["zeal", ["no-pii"]],
    ]);
  });
});

describe("threats", () => {
  const fee = policy(undefined, "teams: { designated: [sec-ops, privacy] }\n");

  test("an agent that hides behind a human author keeps its boundaries", () => {
    const bound = evidence({ registry: registry("    boundaries: { no-pii: true }\n") });
    expect(decide(changeWith({}, { agents: bound })).state).toBe("pending_approval");
    for (const commit of [{ author: "tidy[bot]" }, { trailers: trailers({ agents: ["tidy"] }) }]) {
      expect(decide(changeWith(commit, { agents: bound })).state).toBe("blocked");
    }
  });

  test("a git name that looks like a bot's, and every trailer, only add: nothing that was asked is gone", () => {
    const plain = decide(changeWith({}, { policy: fee }));
    for (const commit of [
      { author: "tidy[bot]", verified: false },
      { trailers: trailers({ agents: ["tidy"], confidences: ["1"] }) },
      { trailers: trailers({ launchedBy: ["dave"] }) },
      { trailers: trailers({ agents: ["dependabot[bot]"] }) },
    ]) {
      const claimed = decide(changeWith(commit, { policy: fee }));
      expect(claimed.risk.score).toBeGreaterThanOrEqual(plain.risk.score);
      expect(claimed.requirements.length).toBeGreaterThanOrEqual(plain.requirements.length);
      expect(claimed.state).toBe("pending_approval");
    }
  });

  test("an agent cannot talk its doubt down, and can talk it up", () => {
    const of = (confidence: string, card = "confidence: 0.8\n") =>
      decide(changeByBot({ agents: evidence({ registry: registry("", card) }) }, { trailers: trailers({ confidences: [confidence] }) }))
        .risk.factors[2]!;
    expect(of("1")).toMatchObject({ points: 20, because: "tidy: confidence 0.8" });
    expect(of("0.1")).toMatchObject({ points: 90, because: "tidy says so itself" });
    expect(of("sure", "confidence: 1\n").points).toBe(50);
    const traced = evidence({ registry: registry(), traces: [trace({ confidence: 0.4 })] });
    expect(decide(changeByBot({ agents: traced })).risk.factors[2]?.points).toBe(60);
    const boasting = evidence({ registry: registry(), traces: [trace({ confidence: 1 })] });
    expect(decide(changeByBot({ agents: boasting })).risk.factors[2]?.points).toBe(20);
  });

  test("of several agents the one that is trusted least weighs, so a second one hides nothing", () => {
    const given = changeWith({ author: "tidy[bot]", trailers: trailers({ agents: ["stray", "dependabot[bot]"] }) });
    expect(decide(given).risk.factors[2]).toMatchObject({ points: 100, because: "stray is an agent without a System Card" });
    expect(decide(given).agents?.map(({ id }) => id)).toEqual(["dependabot[bot]", "stray", "tidy"]);
  });

  test("whoever asked for changes cannot be silenced by a trailer that names them", () => {
    const objection = [review("bob", { state: "CHANGES_REQUESTED" }), review("carol")];
    for (const commit of [{ trailers: trailers({ agents: ["tidy"], launchedBy: ["bob"] }) }, { coAuthors: ["bob"], verified: false }]) {
      const given = changeWith(commit);
      expect(decide({ ...given, people: { ...given.people!, reviews: objection } }).state).toBe("rejected");
    }
  });

  test("the account of a registered agent never fills a requirement, also where GitHub takes it for a person", () => {
    const machine = { id: 77, login: "bob", type: "User", suspended: false } as const;
    const actors = [...people().actors.filter(({ login }) => login !== "bob"), machine];
    const voted = { ...people({ actors, reviews: [review("bob")] }) };
    expect(decide(facts({ people: voted })).state).toBe("approved");
    const decision = decide(facts({ people: voted, agents: evidence() }));
    expect(decision.state).toBe("pending_approval");
    expect(decision.refused).toMatchObject([{ user: "bob", reason: "not_a_person" }]);
  });
});

describe("who launched it", () => {
  const sources = (given: Facts) => decide(given).requirements.map(({ source }) => source.join());
  const stranger = "unknown contributors";
  /** How many people more are asked for those whom nobody knows. */
  const strangers = (given: Facts) => decide(given).requirements.find(({ source }) => source.includes(stranger))?.minApprovals ?? 0;
  const launched = (over: Partial<CommitFact>) => changeByBot({}, { trailers: trailers({ launchedBy: ["bob"] }), ...over });

  test("unknown is one more approver", () => {
    expect(sources(changeByBot())).toContain(stranger);
  });
  test("a trailer on a commit that GitHub vouches for settles it, and that person counts as author", () => {
    const given = launched({});
    expect(sources(given)).not.toContain(stranger);
    const voted = decide({ ...given, people: { ...given.people!, reviews: [review("bob")] } });
    expect(voted.refused).toMatchObject([{ user: "bob", reason: "launcher", because: "launched the agent tidy" }]);
  });
  test("on one that nobody vouches for it names a contributor and settles nothing", () => {
    const given = launched({ verified: false });
    // The commit's own author, and whoever launched the agent.
    expect(strangers(given)).toBe(2);
    const voted = decide({ ...given, people: { ...given.people!, reviews: [review("bob")] } });
    expect(voted.refused).toMatchObject([{ user: "bob", reason: "launcher" }]);
  });
  test.each(["nobody-of-this-name", "tidy[bot]"])("a trailer that names %s settles nothing", (login) => {
    expect(sources(changeByBot({}, { trailers: trailers({ launchedBy: [login] }) }))).toContain(stranger);
  });
  test("who launched one agent says nothing about another", () => {
    const author = { id: "stray", confidence: null, systemCard: false, automation: false, launchedBy: "alice" };
    expect(strangers({ ...changeByBot(), agent: author })).toBe(1);
  });
  test("a registered agent that GitHub takes for a person launches nobody", () => {
    const given = changeByBot({ agents: evidence({ registry: registry('  - { id: other, status: active, accounts: ["bob"] }\n') }) });
    const trailered = given.people!.commits.map((commit) => ({ ...commit, trailers: trailers({ launchedBy: ["bob"] }) }));
    expect(strangers({ ...given, people: { ...given.people!, commits: trailered } })).toBe(1);
  });
  test("an agent that is the author by the number of its account is launched by somebody", () => {
    const numbered = evidence({ registry: withAccounts([77]) });
    const given = changeWith({}, { agents: numbered, agent: { id: "tidy[bot]", confidence: null, systemCard: false, automation: false } });
    expect(strangers(given)).toBe(1);
  });
  test("GitHub's own attribution: the person beside the agent on a commit that GitHub vouches for", () => {
    expect(sources(changeByBot({}, { coAuthors: ["bob"] }))).not.toContain(stranger);
    expect(strangers(changeByBot({}, { coAuthors: ["bob"], verified: false }))).toBe(2);
  });
  test("an agent's work that a person pushed was launched by whoever pushed", () => {
    expect(sources(changeWith({ trailers: trailers({ agents: ["tidy"] }) }))).not.toContain(stranger);
  });
  test("an automation needs no launcher", () => {
    expect(sources({ ...changeByBot({ policy: policy(undefined, 'agents: { automation: ["tidy[bot]"] }\n') }) })).not.toContain(stranger);
  });
});

describe("trigger.agents: true", () => {
  const agents = policy("policies:\n  - { name: a, trigger: { agents: true }, approvers: [{ team: privacy }] }\n");
  test.each([
    ["a person's change", changeWith({}, { policy: agents }), false],
    ["a trailer", changeWith({ trailers: trailers({ agents: ["tidy"] }) }, { policy: agents }), true],
    ["a bot's change", changeByBot({ policy: agents }), true],
  ])("%s: matches %s", (_what, given, matched) => {
    expect(decide(given).policies[0]?.matched).toBe(matched);
  });
});
