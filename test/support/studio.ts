import { createHash } from "node:crypto";
import type { Facts } from "../../src/engine/facts.ts";
import type { PolicySource } from "../../src/engine/policy/model.ts";
import { parsePolicySet, readableSet } from "../../src/engine/policy/parse.ts";
import { compareHere } from "../../src/gate/compare-here.ts";
import type { Electorate, NewDraft, Outcome, Repository, StudioRecords } from "../../src/gate/ports.ts";
import { TruthError } from "../../src/gate/ports.ts";
import { readChange } from "../../src/gate/read-change.ts";
import { type DraftEdit, type StudioDeps, saveDraftSnapshot } from "../../src/gate/save-draft-snapshot.ts";
import { submittedContracts } from "../../src/gate/submitted-contracts.ts";
import type { Tx } from "../../src/store/connect.ts";
import { ensureTenant } from "../../src/store/verbs/ensure-tenant.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";

/** alice writes; bob and carol are sec-ops; dave is in no team; ana owns the organisation. */
export const PEOPLE = { alice: 1, bob: 2, carol: 3, dave: 4, ana: 5 } as const;
export const FILE = "contracts/customers.odcs.yaml";

let tenants = 9000;

/** A tenant that no other test has touched. */
export async function newTenant(tx: Tx): Promise<string> {
  tenants += 1;
  return ensureTenant(tx, "github.com", { id: tenants, login: `org-${tenants}` });
}

/** Teams as a list that a test can change; a team called `outage` cannot be read at all. */
export function directory(teams: Record<string, readonly string[]> = { "sec-ops": ["bob", "carol"] }): Electorate & {
  readonly teams: Record<string, readonly string[]>;
} {
  return {
    teams,
    async read(ask) {
      if ("outage" in teams) throw new TruthError("team sec-ops", "network", "GitHub does not answer");
      return {
        actors: Object.entries(PEOPLE).map(([login, id]) => ({ id, login, type: "User", suspended: false })),
        teams: ask.teams.map((slug, index) => ({
          slug,
          id: 100 + index,
          readable: slug in teams,
          members: (teams[slug] ?? []).map((user) => ({ user, state: "active", inherited: false })),
        })),
        owners: ["ana"],
        permissions: {},
        organisation: Object.keys(PEOPLE).map((user) => ({ user, state: "active" })),
      };
    },
  };
}

export function policySources(policies = POLICIES): readonly PolicySource[] {
  const source = { origin: "repo", mode: "100644", blob: "b10b", unreadable: null } as const;
  return [
    { ...source, kind: "policies", path: ".choochoo/approval-policies.yaml", text: policies },
    { ...source, kind: "config", path: ".choochoorc", text: CONFIG },
  ];
}

/** What a submission says that a change does: read by the same code as every other change. */
export async function submitted(
  change: { readonly before?: string; readonly after?: string; readonly policies?: string } = {},
): Promise<Pick<DraftEdit, "facts" | "contracts" | "parts" | "base" | "sources">> {
  const { before = CONTRACT, after = STRIPPED, policies = POLICIES } = change;
  const policy = parsePolicySet(policySources(policies));
  const headSha = hash(`head ${after}`);
  const baseSha = hash(`base ${before}`);
  const types = { filesDefining: async () => ({ paths: [], unknown: [] }) };
  const repository = textRepository(before, after);
  const sides = { base: baseSha, head: headSha };
  const change_ = await readChange({ repository, comparer: compareHere, types }, sides, readableSet(policy));
  const { base, head } = await submittedContracts({ repository, comparer: compareHere }, sides, readableSet(policy), change_.changed, []);
  const { lineage: _, ...diff } = change_.diff;
  const facts: Facts = {
    schemaVersion: 1,
    asOf: "2026-11-20T10:00:00.000Z",
    subject: {
      repository: "acme/contracts",
      repositoryId: null,
      pullRequest: null,
      title: "Tidy descriptions",
      baseRef: "main",
      defaultBranch: "main",
      baseProtected: true,
      baseSha,
      mergeBase: baseSha,
      headSha,
      environment: null,
      author: null,
      ownerType: "Organization",
    },
    policy,
    policyCommit: null,
    governanceFiles: change_.governanceFiles,
    diff,
    people: null,
    agent: null,
    lineage: { known: false, dependents: [] },
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    faults: [],
    limits: change_.limits,
    simulated: false,
  };
  const bare = { kind: "contract_file", title: FILE, securityStatus: "clean", ingestionStatus: "ingested" } as const;
  return {
    facts,
    contracts: head.contracts,
    parts: head.parts,
    base: { contracts: base.contracts, parts: base.parts, beside: [] },
    sources: [{ ...bare, contentHash: hash(after), provenance: { base: hash(before), head: hash(after) } }],
  };
}

export function hash(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** One file on two sides, its blobs named by their content. */
function textRepository(before: string, after: string): Repository {
  const texts = new Map([before, after].map((text) => [hash(text), text]));
  return {
    mergeBase: async (base) => base,
    changedFiles: async () => ({
      files: [{ path: FILE, baseMode: "100644", baseBlob: hash(before), headMode: "100644", headBlob: hash(after) }],
      incomplete: null,
    }),
    readFile: async ({ path, mode, blob }) => ({ path, mode, blob, bytes: new TextEncoder().encode(texts.get(blob)), unreadable: null }),
    entryAt: async () => null,
  };
}

export interface Opened {
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly draftId: string;
  readonly snapshotId: string;
  readonly draftVersion: number;
}

/** A submission by alice with its first snapshot, waiting for sec-ops. */
export async function openSubmission(
  deps: StudioDeps,
  tenantId: string,
  more: Partial<NewDraft> & { readonly change?: Parameters<typeof submitted>[0] } = {},
): Promise<Opened> {
  const { change, ...draft } = more;
  const opened = await deps.records.openDraft({
    tenantId,
    kind: "submission",
    agent: "acme/contracts",
    isAgentDeclared: false,
    environment: "production",
    repositoryId: null,
    title: "Tidy descriptions",
    author: { id: PEOPLE.alice, login: "alice" },
    origin: "api",
    ...draft,
  });
  const saved = await edit(
    deps,
    { tenantId, ...opened, draftVersion: 0 },
    change,
    draft.author === null ? null : (draft.author?.id ?? PEOPLE.alice),
  );
  return { tenantId, ...opened, snapshotId: saved.snapshot.id, draftVersion: saved.snapshot.version };
}

export async function edit(
  deps: StudioDeps,
  on: Pick<Opened, "tenantId" | "draftId" | "draftVersion">,
  change: Parameters<typeof submitted>[0] = {},
  actorId: number | null = PEOPLE.alice,
) {
  const { tenantId, draftId, draftVersion: version } = on;
  return done(await saveDraftSnapshot(deps, { tenantId, draftId, version, actorId, origin: "api", ...(await submitted(change)) }));
}

export function done<T>(outcome: Outcome<T>): T {
  if (outcome.status === "refused") throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
}

/** An ask by one person about what a draft was when it was opened or read. */
export function ask(on: Opened, actorId: number, more: Partial<Opened> = {}) {
  return { ...on, ...more, actorId, channel: "api", idempotency: null } as const;
}

/** The draft as it stands now, in the shape of an ask. */
export async function latest(records: StudioRecords, on: Opened): Promise<Opened> {
  const context = await records.draftContext(on.tenantId, on.draftId);
  return { ...on, snapshotId: context!.snapshot!.id, draftVersion: context!.snapshot!.version };
}
