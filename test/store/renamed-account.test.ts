import { beforeAll, expect, it } from "vitest";
import { createAccessStore } from "../../src/store/access.ts";
import type { Database } from "../../src/store/connect.ts";
import { ofPlace } from "../../src/store/scope.ts";
import { watchRepository } from "../../src/store/verbs/watched-repositories.ts";
import { describeOnBoth } from "../support/database.ts";

const HOST = "github.com";

describeOnBoth("an account that is renamed", (open) => {
  let db: Database;
  beforeAll(async () => {
    db = await open();
  });
  const logins = async () => (await createAccessStore(db).tenants()).map(({ login }) => login).sort();
  const seen = (owner: string) => {
    const ref = { id: 70, owner, name: "data", ownerId: 700, installationId: 7 };
    return db.transaction(ofPlace(ref), (tx) => watchRepository(tx, HOST, ref));
  };
  const signIn = (login: string) =>
    createAccessStore(db).beginSession({
      kind: "bearer",
      person: { id: 1, login: "ana" },
      installed: [{ installationId: 8, account: { id: 800, login, type: "Organization" } }],
      replaces: null,
    } as unknown as Parameters<ReturnType<typeof createAccessStore>["beginSession"]>[0]);

  it("is the same tenant under its name of now, as deliveries and sign-ins tell it", async () => {
    await seen("acme");
    const first = await signIn("beta");
    expect(await logins()).toEqual(["acme", "beta"]);
    await seen("acme-corp");
    const second = await signIn("beta-corp");
    expect(await logins()).toEqual(["acme-corp", "beta-corp"]);
    expect(second.tenantId).toBe(first.tenantId);
  });
});
