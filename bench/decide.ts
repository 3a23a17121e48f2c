/**
 * One decision over 1,000 reviews, 200 commits and 50 policies, as the app makes it: facts in, decision out. Nothing is read, and nothing
 * is remembered between two of them: each round has findings of its own. Measured in processor time. Beside it the same facts without reviews, so that a slow machine
 * hits both. Run: npm run bench:decide; ROUNDS=… for more.
 */
import { parseArgs } from "node:util";
import type { Finding } from "../src/engine/contract/finding.ts";
import { decide } from "../src/engine/decide.ts";
import type { Facts, PeopleFacts, Review } from "../src/engine/facts.ts";
import { parsePolicySet } from "../src/engine/policy/parse.ts";
import { median } from "./measure.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 101);
const LIMIT_MS = 50;
const [REVIEWS, COMMITS, POLICIES, PEOPLE, FINDINGS] = [1000, 200, 50, 400, 100] as const;
const TAGS = ["pii", "gdpr", "phi", "pci-dss", "financial", "secret", "confidential"];

const sha = (index: number) => index.toString(16).padStart(40, "0");
const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const login = (index: number) => `person-${index}`;

function policyText(): string {
  const rules = Array.from({ length: POLICIES }, (_, index) => ({
    name: `policy-${index}`,
    trigger: { tags: [TAGS[index % TAGS.length], `class-${index}`], ...(index % 3 === 0 ? { env: ["production"] } : {}) },
    approvers: [{ team: `team-${index}`, minApprovals: 1 + (index % 2) }, { team: `team-${(index * 7) % POLICIES}` }],
  }));
  return JSON.stringify({ policies: rules });
}

function finding(index: number, round: number): Finding {
  const tags = [TAGS[index % TAGS.length]!];
  const file = `contracts/c${index % 20}.odcs.yaml`;
  const place = {
    contract: file,
    format: "odcs",
    object: "t",
    field: `f${index}`,
    file,
    line: index + 1,
    column: 1,
    side: "head",
  } as const;
  const words = { before: tags[0]!, after: null, message: `tag \`${tags[0]}\` removed`, fingerprint: `${round}:${index}` };
  return {
    code: "tag.removed",
    severity: "block",
    tagsBefore: tags,
    tagsAfter: [],
    unknownClasses: [],
    weight: "loss",
    ...place,
    ...words,
  };
}

/** Half of the reviews approve; of the others some object, comment, were dismissed or were given for an earlier head. */
function review(index: number): Review {
  const commit = index % 10 === 1 ? sha(COMMITS - 2) : sha(COMMITS - 1);
  const state = index % 2 === 0 ? "APPROVED" : (["COMMENTED", "DISMISSED", "APPROVED", "APPROVED"] as const)[index % 4]!;
  const submittedAt = at(100_000 + index);
  const receipt = { commitId: commit, headSha: commit, at: submittedAt };
  return { id: index + 1, user: login(index % PEOPLE), state, commitId: commit, submittedAt, viaApp: null, receipt, dismissedBy: null };
}

function people(reviews: number): PeopleFacts {
  return {
    actors: Array.from({ length: PEOPLE }, (_, index) => ({ id: index + 1, login: login(index), type: "User", suspended: false })),
    pushes: Array.from({ length: COMMITS }, (_, index) => ({
      sha: sha(index),
      actor: login(index % 5),
      at: at(index * 60),
      forced: false,
    })),
    commits: Array.from({ length: COMMITS }, (_, index) => ({
      sha: sha(index),
      parents: [sha(index - 1 < 0 ? 999 : index - 1)],
      author: login(index % 5),
      committer: login(index % 5),
      coAuthors: [],
      verified: true,
    })),
    reviews: Array.from({ length: reviews }, (_, index) => review(index)),
    teams: Array.from({ length: POLICIES }, (_, slug) => ({
      slug: `team-${slug}`,
      id: slug + 1,
      readable: true,
      members: Array.from({ length: 20 }, (_, index) => ({
        user: login((slug * 13 + index * 7) % PEOPLE),
        state: "active",
        inherited: false,
      })),
    })),
    owners: [login(0)],
    permissions: {},
    labels: [],
    comments: [],
    history: { retargets: [], reopened: [], pushHistoryComplete: true },
    contentDigests: {},
  };
}

function factsOf(round: number, reviews: number): Facts {
  const source = {
    origin: "repo",
    kind: "policies",
    path: "p.yaml",
    mode: "100644",
    blob: "b",
    text: policyText(),
    unreadable: null,
  } as const;
  const files = Array.from({ length: 20 }, (_, index) => ({
    path: `contracts/c${index}.odcs.yaml`,
    baseMode: "100644",
    baseBlob: sha(index),
    headMode: "100644",
    headBlob: sha(index + 50),
  }));
  return {
    schemaVersion: 1,
    asOf: at(200_000),
    subject: {
      repository: "acme/data",
      repositoryId: 1,
      pullRequest: 1,
      title: "Bench",
      baseRef: "main",
      defaultBranch: "main",
      baseProtected: true,
      baseSha: sha(9_000),
      mergeBase: sha(9_000),
      headSha: sha(COMMITS - 1),
      environment: null,
      author: login(0),
      ownerType: "Organization",
    },
    policy: parsePolicySet([source]),
    policyCommit: sha(9_000),
    governanceFiles: [],
    diff: {
      findings: Array.from({ length: FINDINGS }, (_, index) => finding(index, round)),
      files,
      losses: [{ contract: "c", taggedAtBase: 1000, lost: FINDINGS }],
      unparseable: [],
      warnings: [],
      environments: [],
      contracts: [],
    },
    people: people(reviews),
    agent: null,
    lineage: { known: false, dependents: [] },
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    faults: [],
    limits: [],
    simulated: false,
  };
}

/** Milliseconds of processor time: what a decision costs, also where the machine has other work. */
function timeOf(facts: Facts): number {
  const started = process.cpuUsage();
  decide(facts);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

function main(): number {
  const { values } = parseArgs({ options: { limit: { type: "string" } } });
  const limitMs = Number(values.limit ?? LIMIT_MS);
  const first = timeOf(factsOf(-1, REVIEWS));
  const decision = decide(factsOf(-2, REVIEWS));
  const full: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    full.push(timeOf(factsOf(round, REVIEWS)));
    bare.push(timeOf(factsOf(round, 0)));
  }
  const ratio = median(full.map((ms, index) => ms / bare[index]!).sort((a, b) => a - b));
  const row = (what: string, times: number[]) => {
    const sorted = times.sort((a, b) => a - b);
    return `| ${what} | ${median(sorted).toFixed(1)} | ${sorted[0]?.toFixed(1)} | ${sorted[Math.floor(sorted.length * 0.95)]?.toFixed(1)} | ${sorted.at(-1)?.toFixed(1)} |\n`;
  };
  process.stdout.write(
    `${POLICIES} policies, ${FINDINGS} findings, ${PEOPLE} people in ${POLICIES} teams, ${COMMITS} commits and pushes, ${ROUNDS} rounds in turn; Node ${process.version}\n` +
      `${decision.state}: ${decision.requirements.length} requirements, ${decision.policies.filter(({ matched }) => matched).length} policies matched\n\n` +
      `| reviews | CPU ms median | min | 95 % | max |\n|---|---|---|---|---|\n${row(String(REVIEWS), full)}${row("0", bare)}\n` +
      `the first decision of the process: ${first.toFixed(1)} ms; with reviews / without, round by round: median ${ratio.toFixed(2)}\n`,
  );
  const isFast = median(full) < limitMs;
  process.stdout.write(isFast ? `below ${limitMs} ms\n` : `NOT below ${limitMs} ms\n`);
  return isFast ? 0 : 1;
}

process.exitCode = main();
