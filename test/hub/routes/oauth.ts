import { accountById } from "../lookup.ts";
import { HubRefusal, notFound } from "../refusal.ts";
import type { Call, Reply, Routes } from "../server.ts";
import { installationView, integration, publicUser } from "../views/accounts.ts";
import { list, ok } from "./reply.ts";

export const oauthRoutes: Routes = {
  "apps/check-token": { need: "public", handle: checkToken },
  "apps/delete-token": {
    need: "public",
    handle: (call) => {
      tokenOf(call);
      call.world.tokens.delete(String(call.body["access_token"]));
      return { status: 204, body: "" };
    },
  },
  "apps/list-installations-for-authenticated-user": { need: ["metadata:read"], handle: listOwn },
};

/** Only the client that the token was given to is told of it. */
function tokenOf({ world, caller, params, body }: Call) {
  if (caller.kind !== "client") throw new HubRefusal(401, "Bad credentials");
  const known = world.tokens.get(String(body["access_token"]));
  const isOurs = params["client_id"] === world.app.clientId && known?.clientId === world.app.clientId;
  if (!isOurs || known.expiresAt <= world.clock().getTime()) throw notFound();
  return known;
}

function checkToken(call: Call): Reply {
  const { world } = call;
  const known = tokenOf(call);
  const user = publicUser(world, accountById(world, known.userId!));
  return ok({
    id: 1,
    url: `${world.url}/authorizations/1`,
    scopes: [],
    token: String(call.body["access_token"]),
    app: { client_id: world.app.clientId, name: integration(world, world.app).name, url: world.url },
    user,
  });
}

/** The accounts with the app that this person is a member of, or is. */
function listOwn(call: Call): Reply {
  const { world, caller } = call;
  if (caller.kind !== "user" || caller.clientId !== world.app.clientId)
    throw new HubRefusal(403, "You must authenticate with an access token authorized to a GitHub App in order to list installations");
  const mine = [...world.installations.values()].filter(({ accountId }) => {
    if (world.singleSignOn.has(accountId)) return false;
    return accountId === caller.userId || accountById(world, accountId).members.get(caller.userId)?.state === "active";
  });
  return list(
    call,
    mine,
    (one) => installationView(world, one),
    (installations, total_count) => ({ total_count, installations }),
  );
}
