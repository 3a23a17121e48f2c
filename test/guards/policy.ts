import type { Guard } from "./guard.ts";

const PINS = "test/engine/policy/pins.test.ts";
const PINNED = "test/gate/pinned-names.test.ts";
const IN_FORCE = "test/gate/policy-in-force.test.ts";
const ENGINE = "test/engine/policy/threats.test.ts";

/** Which policy decides, and whom its names mean. */
export const POLICY: readonly Guard[] = [
  {
    threat: "T08",
    file: "src/engine/policy/directory.ts",
    guard: "const replaced = certain ? replacedTeam(team, pins ?? []) : null;",
    without: "const replaced = null;",
    test: PINS,
  },
  {
    threat: "T08",
    file: "src/gate/record-policy.ts",
    guard: "  await pinAtLanding(deps, { repository: pull.repository, version });\n",
    without: "",
    test: PINNED,
    named: "T08: the name is captured after the policy landed",
    slow: true,
  },
  {
    threat: "T08",
    file: "src/gate/gather-facts.ts",
    guard: "await pinNewNames(deps, pinned, people)",
    without: "pinned",
    test: PINNED,
    named: "T08: a team that could not be read",
    slow: true,
  },
  {
    threat: "T08",
    file: "src/store/verbs/policy-pins.ts",
    guard: ".onConflictDoNothing();",
    without:
      ".onConflictDoUpdate({ target: [policyPin.repositoryId, policyPin.versionSeq, policyPin.kind, policyPin.name], set: { accountId: 9 } });",
    test: "test/store/policy-versions.test.ts",
    slow: true,
  },
  {
    threat: "T12",
    file: "src/engine/policy/directory.ts",
    guard: 'if (pinned !== null) return pinned === "disputed" ? [] : [pinned];',
    without: "",
    test: PINS,
  },
  {
    threat: "T12",
    file: "src/engine/policy/pins.ts",
    guard: 'ids.size > 1 ? "disputed" : ([...ids][0] ?? null)',
    without: "([...ids][0] ?? null)",
    test: PINS,
  },
  {
    threat: "T19",
    file: "src/engine/policy/directory.ts",
    guard: "return WRITING.has(roles.get(login.toLowerCase())) ? idsOf([login]) : [];",
    without: "return idsOf([login]);",
    test: PINS,
  },
  {
    threat: "T15",
    file: "src/github/people.ts",
    guard: "Promise.all([...new Set(teams)].map((slug) => readTeam(app, pull, slug, directory))),",
    without: 'Promise.all([...new Set(teams)].map((slug) => (globalThis["kept " + slug] ??= readTeam(app, pull, slug, directory)))),',
    test: PINNED,
    named: "T15",
    slow: true,
  },
  {
    threat: "T30",
    file: "src/gate/policy-in-force.ts",
    guard: 'asOrigin(version.sources, isOrganisations ? "org" : "repo")',
    without: 'asOrigin(await readPolicySources(deps.pulls.content(repository), defaultTip), isOrganisations ? "org" : "repo")',
    test: IN_FORCE,
    named: "T30: a lax policy that is pushed",
    slow: true,
  },
  {
    threat: "T29",
    file: "src/engine/policy/source.ts",
    guard: 'if (Buffer.byteLength(source.text, "utf8") > MAX_BYTES) return',
    without: 'if (source.path === "") return',
    test: ENGINE,
    named: "T29 a policy file",
  },
  {
    threat: "T29",
    file: "src/gate/read-policy.ts",
    guard: 'return before === undefined ? [] : [{ ...before, mode: DELETED_MODE, blob: "", text: null, unreadable: null }];',
    without: "return [];",
    test: "test/gate/policy-proposals.test.ts",
    named: "T29",
    slow: true,
  },
  {
    threat: "T30",
    file: "src/gate/record-policy.ts",
    guard: "const files = changed.filter((path) => later.get(path) === then.get(path));",
    without: "const files = changed;",
    test: IN_FORCE,
    named: "T30: of two landings",
    slow: true,
  },
  {
    threat: "T31",
    file: "src/gate/gather-facts.ts",
    guard: "{ trusted: trusted.sha, head: pull.headSha }",
    without: "{ trusted: pull.headSha, head: pull.headSha }",
    test: "test/gate/agents.test.ts",
    named: "T31",
    slow: true,
  },
  {
    threat: "T34",
    file: "src/engine/policy/proposal.ts",
    guard: 'return governanceFiles.every(({ path }) => report.files.includes(path)) ? "tightens" : "changed";',
    without: 'return "tightens";',
    test: "test/gate/policy-proposals.test.ts",
    named: "T34",
    slow: true,
  },
];
