import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ElectorateAsk } from "../../src/gate/ports.ts";
import { createElectorate, createInstallations } from "../../src/github/index.ts";
import type { Fault } from "../hub/faults.ts";
import { openRig, type Rig } from "./rig.ts";

const TENANT = "0198c2a4-0000-7000-8000-000000000001";
let rig: Rig;
beforeEach(async () => {
  rig = await openRig({ timeoutMs: 500 });
});
afterEach(() => rig.close());

function electorate() {
  const { hub, app, repository } = rig;
  return createElectorate({
    app,
    installations: createInstallations({ appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url, timeoutMs: 500 }),
    accountOf: async (tenantId) => (tenantId === TENANT ? { accountId: repository.ownerId } : null),
    repositoryOf: async (_, id) => (id === repository.id ? repository : null),
  });
}

const idOf = async (login: string) => (await read()).actors.find((actor) => actor.login === login)!.id;
const read = (more: Partial<ElectorateAsk> = {}) =>
  electorate().read({ tenantId: TENANT, repositoryId: null, teams: ["sec-ops"], people: [], ...more });

describe("who may vote in Studio", () => {
  it("owners, members and teams of the tenant's organisation, with ids", async () => {
    const reading = await read();
    expect(reading.owners).toEqual(["ana"]);
    expect(reading.organisation?.map(({ user, state }) => `${user} ${state}`).sort()).toEqual([
      "alice active",
      "ana active",
      "bob active",
      "carol active",
    ]);
    const [team] = reading.teams;
    expect([team!.id > 0, team]).toMatchObject([true, { slug: "sec-ops", readable: true, members: [{ user: "bob", inherited: false }] }]);
    expect(reading.actors.map(({ login }) => login).sort()).toEqual(["alice", "ana", "bob", "carol"]);
    expect(reading.permissions).toEqual({});
  });

  it("is read anew every time: whoever leaves is out of the next reading", async () => {
    const { hub } = rig;
    const people = [await idOf("bob")];
    expect((await read({ people })).teams[0]!.members).toHaveLength(1);
    hub.removeMember("acme/sec-ops", "bob");
    expect((await read({ people })).teams[0]!.members).toEqual([]);
  });

  it("an invitation is no membership, and is told apart", async () => {
    const { hub } = rig;
    hub.addMember("acme/sec-ops", "carol", { state: "pending" });
    expect((await read({ people: [await idOf("carol")] })).teams[0]!.members).toMatchObject([
      { user: "bob", state: "active" },
      { user: "carol", state: "pending" },
    ]);
  });

  it("roles on a repository, of the people that were asked for", async () => {
    const people = [await idOf("alice"), await idOf("carol")];
    expect((await read({ people, repositoryId: rig.repository.id })).permissions).toEqual({ alice: "write", carol: "triage" });
    await expect(read({ people, repositoryId: 1 })).rejects.toMatchObject({ name: "TruthError", kind: "auth" });
  });

  it("a stranger has neither login nor standing", async () => {
    rig.hub.createUser("eve");
    const reading = await read({ people: [987_654] });
    expect(reading.actors.some(({ login }) => login === "eve")).toBe(false);
  });

  it("a team that is not there can be read by nobody, and is no failure", async () => {
    expect((await read({ teams: ["ghosts"] })).teams).toEqual([{ slug: "ghosts", id: 0, readable: false, members: [] }]);
  });

  it("another team under the old name is told by its id", async () => {
    const before = (await read()).teams[0]!.id;
    rig.hub.renameTeam("acme/sec-ops", "old-ops");
    rig.hub.createTeam("acme", "sec-ops");
    expect((await read()).teams[0]!.id).not.toBe(before);
  });
});

describe("what cannot be read is nobody's vote", () => {
  const broken: readonly Fault[] = [
    { kind: "status", status: 500 },
    { kind: "status", status: 502, body: "<html>" },
    { kind: "html" },
    { kind: "truncated" },
    { kind: "hang" },
    { kind: "status", status: 403, headers: { "retry-after": "60" } },
    { kind: "status", status: 401 },
  ];
  const places = [/\/app\/installations$/, /\/access_tokens$/, /\/members$/, /\/teams\/sec-ops$/, /\/teams\/sec-ops\/members$/];
  it.each(places.flatMap((path) => broken.map((fault) => ({ path, fault }))))(
    "$path: $fault.kind $fault.status",
    async ({ path, fault }) => {
      rig.hub.fail({ path }, fault, Number.POSITIVE_INFINITY);
      await expect(read()).rejects.toMatchObject({ name: "TruthError" });
    },
  );

  it.each([403, 404])("a list of members that is refused with %i rejects: nobody becomes a stranger by it", async (status) => {
    rig.hub.fail({ path: /\/orgs\/acme\/members$/ }, { kind: "status", status }, Number.POSITIVE_INFINITY);
    await expect(read()).rejects.toMatchObject({ name: "TruthError", kind: "auth" });
  });

  it.each([403, 404])("a team that is refused with %i has nobody", async (status) => {
    rig.hub.fail({ path: /\/teams\/sec-ops/ }, { kind: "status", status }, Number.POSITIVE_INFINITY);
    expect((await read()).teams).toEqual([{ slug: "sec-ops", id: 0, readable: false, members: [] }]);
  });

  it("T97: an app that was suspended or removed, and a tenant that is none, reject", async () => {
    await expect(read({ tenantId: "0198c2a4-0000-7000-8000-000000000002" })).rejects.toMatchObject({ name: "TruthError", kind: "auth" });
    rig.hub.suspendInstallation("acme");
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining("is suspended there") });
    rig.hub.uninstall("acme");
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining("not installed") });
  });
});
