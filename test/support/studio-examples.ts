import { castVote } from "../../src/gate/cast-vote.ts";
import { createElectorate, createGitHub, createInstallations } from "../../src/github/index.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import type { Example } from "./api-examples.ts";
import type { Station } from "./station.ts";
import { ask, done, latest, type Opened, openSubmission } from "./studio.ts";
import { plansOf } from "./studio-api.ts";

const PATH = "/api/dashboard/studio/workspaces";
const READERS = { roles: ["approver", "developer", "auditor"], scopes: ["read"] } as const;
const APPROVERS = { roles: ["approver"], scopes: [] } as const;
const ADMINS = { roles: [], scopes: [] } as const;

/** How far a workspace has come. In the other organisation there is nobody to vote, and it stays at its first draft. */
type Stage = "open" | "voted" | "approved" | "published";
type Prepared = Opened & { readonly agent: string; readonly approvalId: string };

let made = 0;

/** A workspace of its own with one draft by nina, of whom acme knows, voted on by bob and approved by ana. */
async function prepare({ db, hub, access }: Station, tenantId: string, stage: Stage): Promise<Prepared> {
  made += 1;
  const app = { appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url };
  const electorate = createElectorate({
    ...{ app: createGitHub(app), installations: createInstallations(app) },
    accountOf: (id) => access.tenant(id),
    repositoryOf: async () => null,
  });
  const deps = { records: createStudioRecords(db), electorate };
  // No name of a repository: those are not bound by a submission that names none.
  const agent = `catalogue/agent-${made}`;
  const author = { id: hub.idOf("nina"), login: "nina" };
  const on = await openSubmission(deps, tenantId, { agent, author });
  const opened = { ...on, agent, approvalId: crypto.randomUUID() };
  const isHome = (await access.tenant(tenantId))?.login === "acme";
  if (stage === "open" || !isHome) return opened;
  const [bob, ana] = [hub.idOf("bob"), hub.idOf("ana")];
  done(await castVote(deps, { ...ask(on, bob), kind: "approve", personId: bob, comment: null }));
  const voted = { ...opened, ...(await latest(deps.records, on)) };
  if (stage === "voted") return voted;
  const { approval } = done(await deps.records.approveWorkspaceDraft({ ...ask(voted, ana), rationale: null }));
  const approved = { ...voted, approvalId: approval.id };
  if (stage === "approved") return approved;
  const { workspaceId } = on;
  await plansOf(db).promote({ tenantId, workspaceId, approvalId: approval.id, actor: { personId: ana, isAdmin: true } });
  return approved;
}

/** What the path named, for the body. */
const prepared = new Map<string, Prepared>();

/** What is only read may be read again. */
const kept = new WeakMap<Station, Map<string, Prepared>>();

function at(stage: Stage, isRead = false): Required<Pick<Example, "params">> {
  return {
    async params(station, tenantId) {
      const before = kept.get(station) ?? new Map<string, Prepared>();
      const one = (isRead ? before.get(`${tenantId} ${stage}`) : undefined) ?? (await prepare(station, tenantId, stage));
      kept.set(station, before.set(`${tenantId} ${stage}`, one));
      prepared.set(one.workspaceId, one);
      return { workspace_id: one.workspaceId };
    },
  };
}

function seen(more: object = {}): Required<Pick<Example, "body">> {
  return {
    async body(_, __, params) {
      const { draftId, snapshotId, draftVersion } = prepared.get(params["workspace_id"]!)!;
      return { draft_id: draftId, snapshot_id: snapshotId, draft_version: draftVersion, ...more };
    },
  };
}

const named: Required<Pick<Example, "body">> = {
  body: async (_, __, params) => ({ approval_id: prepared.get(params["workspace_id"]!)!.approvalId }),
};

/** The rows of Studio's workspaces and of the plan. */
export const STUDIO_EXAMPLES: Readonly<Record<string, Example>> = {
  "GET /api/v1/approvals/{id}/evidence": {
    roles: ["approver", "auditor"],
    scopes: ["read"],
    params: async (station, tenantId) => ({ id: (await prepare(station, tenantId, "approved")).approvalId }),
    // Not signed: this server has no key.
    good: [409],
  },
  [`GET ${PATH}`]: READERS,
  [`GET ${PATH}/{workspace_id}`]: { ...READERS, ...at("voted", true) },
  [`GET ${PATH}/{workspace_id}/approval-preview`]: { ...READERS, ...at("voted", true) },
  [`GET ${PATH}/{workspace_id}/doctor`]: { ...READERS, ...at("published", true) },
  [`POST ${PATH}/{workspace_id}/activate`]: { ...APPROVERS, ...at("open"), ...seen() },
  [`POST ${PATH}/{workspace_id}/approve`]: { ...APPROVERS, ...at("voted"), ...seen({ rationale: "agreed" }) },
  [`POST ${PATH}/{workspace_id}/enforce`]: { ...ADMINS, ...at("published"), ...named },
  [`POST ${PATH}/{workspace_id}/promote`]: { ...APPROVERS, ...at("approved"), ...named },
  [`POST ${PATH}/{workspace_id}/reject`]: { ...APPROVERS, ...at("open"), ...seen({ reason: "the tag has to stay" }) },
  [`POST ${PATH}/{workspace_id}/revoke`]: { ...ADMINS, ...at("published"), ...named },
  [`POST ${PATH}/{workspace_id}/votes`]: { ...APPROVERS, ...at("open"), ...seen({ vote: "approve" }) },
  "GET /api/v1/governance/plan": {
    roles: [],
    scopes: ["plan"],
    named: "query",
    query: async (station, tenantId) => `?environment=production&agent=${(await prepare(station, tenantId, "published")).agent}`,
  },
};
