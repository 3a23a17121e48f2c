import { afterAll, beforeAll, expect, test } from "vitest";
import type { Scope } from "../../../src/gate/ports.ts";
import { EXAMPLES, type Example } from "../../support/api-examples.ts";
import { describeOnServer } from "../../support/database.ts";
import { type Station, startStation } from "../../support/station.ts";

/** What each person is in acme. */
const PEOPLE = { ana: "admin", bob: "approver", dave: "developer", iris: "auditor", nina: null } as const;
const SCOPES = ["submit", "read", "plan"] as const satisfies readonly Scope[];

describeOnServer("T95: every route, by everybody", (open) => {
  let station: Station;
  let acme: string;
  let other: string;
  beforeAll(async () => {
    const limits = { approve: 100_000, person: 100_000, address: 100_000, signIn: 100_000 };
    station = await startStation(await open(), { limits });
    await Promise.all([station.bearer("ana"), station.bearer("otto")]);
    // Whoever may vote by role must be of the team as well.
    station.hub.addMember("acme/sec-ops", "ana");
    [acme, other] = [await station.tenantOf("acme"), await station.tenantOf("other")];
  });
  afterAll(() => station.close());

  type Route = (typeof station)["description"]["routes"][number];

  /** Asks a route for things of that tenant. */
  async function ask(route: Route, tenantId: string, headers: Record<string, string>): Promise<number> {
    const example = EXAMPLES[route.name]!;
    const params = (await example.params?.(station, tenantId)) ?? {};
    const path = route.template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!));
    const body = example.body === undefined ? {} : { body: JSON.stringify(await example.body(station, tenantId, params)) };
    const json: Record<string, string> = route.method === "GET" || route.method === "DELETE" ? {} : { "content-type": "application/json" };
    const response = await station.request(`${path}${(await example.query?.(station, tenantId)) ?? ""}`, {
      method: route.method,
      headers: { ...json, ...headers },
      ...body,
    });
    return response.status;
  }

  const named = (example: Example) => example.params !== undefined || example.named !== undefined;
  const routes = () => station.description.routes;
  const closed = () => routes().filter(({ isOpen }) => !isOpen);

  /** What came, beside what should have come, for each route that it differs on. */
  async function differing(asked: readonly Route[], of: (route: Route) => Promise<{ got: number; want: readonly number[] }>) {
    const wrong: string[] = [];
    for (const route of asked) {
      const { got, want } = await of(route);
      if (!want.includes(got)) wrong.push(`${route.name}: ${got}, not ${want.join(" or ")}`);
    }
    return wrong;
  }

  function expected(example: Example, may: boolean, own: boolean): readonly number[] {
    if (!own && (may || example.named === undefined)) return [404];
    return may ? (example.good ?? [200, 201, 204]) : [403];
  }

  test("has a row of examples, and no row is for a route that is gone", () => {
    expect(routes().map(({ name }) => name)).toEqual(Object.keys(EXAMPLES).sort());
    for (const { name, template } of routes()) expect([name, EXAMPLES[name]?.params !== undefined]).toEqual([name, template.includes("{")]);
  });

  test("nobody is answered 401, whatever they ask for", async () => {
    expect(await differing(closed(), async (route) => ({ got: await ask(route, acme, {}), want: [401] }))).toEqual([]);
    const made: Record<string, string>[] = [
      { authorization: "Bearer csk_made-up" },
      { authorization: "Bearer cst_x" },
      { cookie: "__Host-countersign=x" },
    ];
    for (const headers of made)
      expect(await differing(closed(), async (route) => ({ got: await ask(route, acme, headers), want: [401] }))).toEqual([]);
  });

  test("open routes need nobody", async () => {
    const open = routes().filter(({ isOpen }) => isOpen);
    expect(await differing(open, async (route) => ({ got: await ask(route, acme, {}), want: [200, 201] }))).toEqual([]);
  });

  test.each(Object.entries(PEOPLE))("%s, who is %s, may what the table says, and finds nothing of another tenant", async (login, role) => {
    const may = (example: Example) =>
      role === "admin" || (role !== null && example.roles.includes(role)) || example.scopes.length === SCOPES.length;
    for (const own of [true, false])
      expect([
        own,
        await differing(
          closed().filter(({ name }) => own || named(EXAMPLES[name]!)),
          async (route) => {
            const example = EXAMPLES[route.name]!;
            const reachesBoth = login === "ana" && example.named === "body";
            const want = reachesBoth ? [204] : expected(example, may(example), own);
            return { got: await ask(route, own ? acme : other, await station.bearer(login)), want };
          },
        ),
      ]).toEqual([own, []]);
  });

  test.each(SCOPES)("a key that may %s may what the table says, and finds nothing of another tenant", async (scope) => {
    for (const own of [true, false])
      expect([
        own,
        await differing(
          closed().filter(({ name }) => own || named(EXAMPLES[name]!)),
          async (route) => {
            const example = EXAMPLES[route.name]!;
            return {
              got: await ask(route, own ? acme : other, await station.key("acme", [scope])),
              want: expected(example, example.scopes.includes(scope), own),
            };
          },
        ),
      ]).toEqual([own, []]);
  });

  test("the admin of another tenant finds nothing here, and neither does its key", async () => {
    const theirs = closed().filter(({ name }) => named(EXAMPLES[name]!));
    const strangers = [() => station.bearer("otto"), () => station.key("other", SCOPES)];
    for (const headers of strangers)
      expect(await differing(theirs, async (route) => ({ got: await ask(route, acme, await headers()), want: [404] }))).toEqual([]);
  });
});
