import { mintToken } from "../auth.ts";
import type { Delivery } from "../deliveries.ts";
import { accountByLogin, installationFor, repoByName } from "../lookup.ts";
import { HubRefusal, invalid, notFound } from "../refusal.ts";
import type { Call, Reply, Routes } from "../server.ts";
import type { Installation, Permissions, Repo } from "../state.ts";
import { installationView, integration } from "../views/accounts.ts";
import { repository } from "../views/repositories.ts";
import { created, list, ok } from "./reply.ts";

export interface DeliveryDesk {
  readonly sent: readonly Delivery[];
  redeliver(delivery: Delivery): void;
}

export function appRoutes(desk: DeliveryDesk): Routes {
  return {
    "apps/get-authenticated": { need: "jwt", handle: ({ world }) => ok(integration(world, world.app)) },
    "apps/list-installations": {
      need: "jwt",
      handle: (call) => list(call, [...call.world.installations.values()], (one) => installationView(call.world, one)),
    },
    "apps/get-installation": { need: "jwt", handle: (call) => ok(installationView(call.world, byId(call))) },
    "apps/get-org-installation": {
      need: "jwt",
      handle: (call) => installationOf(call, accountByLogin(call.world, call.params["org"]!).id, null),
    },
    "apps/get-repo-installation": {
      need: "jwt",
      handle: (call) => {
        const repo = repoByName(call.world, `${call.params["owner"]}/${call.params["repo"]}`);
        return installationOf(call, repo.ownerId, repo);
      },
    },
    "apps/create-from-manifest": { need: "public", handle: fromManifest },
    "apps/create-installation-access-token": { need: "jwt", handle: createToken },
    "apps/list-repos-accessible-to-installation": { need: ["metadata:read"], handle: accessibleRepositories },
    "apps/list-webhook-deliveries": { need: "jwt", handle: (call) => listDeliveries(call, desk) },
    "apps/get-webhook-delivery": { need: "jwt", handle: (call) => ok(deliveryView(call, deliveryById(call, desk))) },
    "apps/redeliver-webhook-delivery": {
      need: "jwt",
      handle: (call) => {
        desk.redeliver(deliveryById(call, desk));
        return { status: 202, body: {} };
      },
    },
    "meta/get": { need: "public", handle: () => ok({ verifiable_password_authentication: false, hooks: ["127.0.0.0/8"] }) },
    "rate-limit/get": { need: "public", handle: rateLimit },
  };
}

/** The code of a registration is good once. */
function fromManifest({ world, params }: Call): Reply {
  if (!world.manifestCodes.delete(params["code"]!)) throw notFound();
  const { clientId: client_id, privateKey: pem } = world.app;
  return created({
    ...integration(world, world.app),
    client_id,
    client_secret: "simulated-client-secret",
    webhook_secret: "simulated-webhook-secret",
    pem,
  });
}

function byId(call: Call): Installation {
  const found = call.world.installations.get(Number(call.params["installation_id"]));
  if (found === undefined) throw notFound();
  return found;
}

function installationOf(call: Call, accountId: number, repo: Repo | null): Reply {
  const found = installationFor(call.world, accountId, repo);
  if (found === null) throw notFound();
  return ok(installationView(call.world, found));
}

function createToken(call: Call): Reply {
  const { world, body } = call;
  const installation = byId(call);
  if (installation.suspendedAt !== null) throw new HubRefusal(403, "This installation has been suspended");
  const asked = (body["permissions"] ?? installation.permissions) as Permissions;
  for (const [name, level] of Object.entries(asked)) {
    const held = installation.permissions[name];
    if (held !== "write" && held !== level) throw invalid("The permissions requested are not granted to this installation.");
  }
  const names = (body["repositories"] as string[] | undefined)?.map((name) => ownedRepo(call, installation, (repo) => repo.name === name));
  const ids = (body["repository_ids"] as number[] | undefined)?.map((id) => ownedRepo(call, installation, (repo) => repo.id === id));
  const narrowed = names || ids ? [...(names ?? []), ...(ids ?? [])] : null;
  const { token, known } = mintToken(world, installation, asked, narrowed?.map((repo) => repo.id) ?? null);
  return created({
    token,
    expires_at: new Date(known.expiresAt).toISOString().replace(/\.\d{3}Z$/, "Z"),
    permissions: asked,
    repository_selection: narrowed === null && installation.repositories === "all" ? "all" : "selected",
    ...(narrowed === null ? {} : { repositories: narrowed.map((repo) => repository(world, repo)) }),
  });
}

function ownedRepo(call: Call, installation: Installation, fits: (repo: Repo) => boolean): Repo {
  for (const repo of call.world.repos.values()) {
    if (fits(repo) && installationFor(call.world, repo.ownerId, repo)?.id === installation.id) return repo;
  }
  throw invalid("There is at least one repository that does not exist or is not accessible to the parent installation.");
}

function accessibleRepositories(call: Call): Reply {
  const { caller, world } = call;
  if (caller.kind !== "installation") throw new HubRefusal(403, "You must authenticate with an installation access token");
  const narrowed = caller.token.repositoryIds;
  const repos = [...world.repos.values()].filter(
    (repo) =>
      installationFor(world, repo.ownerId, repo)?.id === caller.installation.id && (narrowed === null || narrowed.includes(repo.id)),
  );
  return list(
    call,
    repos,
    (repo) => repository(world, repo),
    (repositories, total_count) => ({ total_count, repositories }),
  );
}

function deliveryById(call: Call, desk: DeliveryDesk): Delivery {
  const found = desk.sent.find((one) => one.id === Number(call.params["delivery_id"]));
  if (found === undefined) throw notFound();
  return found;
}

/** Newest first; `cursor` is the id below which the next page starts. */
function listDeliveries(call: Call, desk: DeliveryDesk): Reply {
  const { query, world } = call;
  const perPage = Math.min(100, Number(query.get("per_page") ?? 30) || 30);
  const below = query.has("cursor") ? Number(query.get("cursor")) : Number.POSITIVE_INFINITY;
  const wanted = query.get("status");
  const since = world.clock().getTime() - 3 * 86_400_000;
  const all = desk.sent
    .filter(
      (one) =>
        one.id < below && (wanted === null || (wanted === "success") === (one.status === "OK")) && Date.parse(one.deliveredAt) >= since,
    )
    .sort((a, b) => b.id - a.id);
  const page = all.slice(0, perPage);
  const next = new URL(`${world.url}/app/hook/deliveries`);
  for (const [key, value] of query) next.searchParams.set(key, value);
  next.searchParams.set("cursor", String(page.at(-1)?.id));
  const headers: Record<string, string> = all.length > perPage ? { link: `<${next.href}>; rel="next"` } : {};
  return { status: 200, body: page.map(deliveryItem), headers };
}

function deliveryItem(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.durationSeconds,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function deliveryView(_call: Call, delivery: Delivery) {
  return {
    ...deliveryItem(delivery),
    request: { headers: delivery.headers, payload: JSON.parse(delivery.body) as object },
    response: { headers: {}, payload: delivery.responseBody },
  };
}

function rateLimit(call: Call): Reply {
  const one = { limit: 5000, remaining: 4999, used: 1, reset: Math.floor(call.world.clock().getTime() / 1000) + 3600 };
  return ok({ resources: { core: one, search: { ...one, limit: 30, remaining: 30 } }, rate: one });
}
