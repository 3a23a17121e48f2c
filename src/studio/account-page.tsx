import type { Session } from "../gate/ports.ts";
import { visible } from "../report/visible.ts";
import type { Principal } from "./api/principal.ts";
import { Layout } from "./layout.tsx";

/** Who is signed in, as what, and the ways out. */
export function AccountPage({ who, session }: { who: Extract<Principal, { kind: "person" }>; session: Session | null }) {
  return (
    <Layout title="Account" here="account">
      <h1>{visible(who.login)}</h1>
      <section class="card">
        <p>
          {who.roles.length === 0
            ? "You have no role in this organisation. An admin gives teams their roles with STATION_ROLES."
            : `Roles: ${who.roles.join(", ")}`}
        </p>
        {session !== null && (
          <>
            <ul>
              {session.reaches.map(({ tenantId, account }) => (
                <li>
                  {tenantId === session.tenantId ? (
                    <strong>{visible(account.login)}</strong>
                  ) : (
                    <form method="post" action="/tenant">
                      <input type="hidden" name="tenant_id" value={tenantId} />
                      <button type="submit">Go on in {visible(account.login)}</button>
                    </form>
                  )}
                </li>
              ))}
            </ul>
            <p>
              <a href="/login/github?again=1&next=/account">Prove again that it is you</a>: approvals and overrides want a proof of the last
              15 minutes.
            </p>
            <form method="post" action="/logout">
              <button type="submit">Sign out</button>
            </form>
          </>
        )}
      </section>
    </Layout>
  );
}
