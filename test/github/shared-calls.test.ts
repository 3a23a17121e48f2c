import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Call } from "../../src/github/call.ts";
import { sharingCalls } from "../../src/github/shared-calls.ts";
import { openRig } from "./rig.ts";

const CALL: Call = { installationId: 1, what: "a", route: "GET /a/{b}", parameters: { b: 1 } };

/** A sender whose calls end when the test says so, in the order in which they were sent. */
function byHand(patienceMs?: number) {
  const sent: { readonly call: Call; readonly told: PromiseWithResolvers<{ data: unknown; link: null }> }[] = [];
  const send = sharingCalls((call) => {
    const told = Promise.withResolvers<{ data: unknown; link: null }>();
    sent.push({ call, told });
    return told.promise;
  }, patienceMs);
  const answer = async (at: number, data: unknown) => {
    sent[at]!.told.resolve({ data, link: null });
    for (let turn = 0; turn < 3; turn++) await setImmediate();
  };
  return { sent, send, answer };
}

const dataOf = async (answers: readonly Promise<{ data: unknown }>[]) => (await Promise.all(answers)).map(({ data }) => data);

test("T75: nobody is given an answer that was asked for before he asked, and all who wait share one", async () => {
  const { sent, send, answer } = byHand();
  const first = send(CALL);
  const later = [send(CALL), send({ ...CALL, what: "another name for it" }), send(CALL)];
  expect(sent).toHaveLength(1);
  await answer(0, "old");
  expect(sent).toHaveLength(2);
  const last = [send(CALL), send(CALL)];
  await answer(1, "new");
  expect(sent).toHaveLength(3);
  await answer(2, "newest");
  expect(await dataOf([first, ...later, ...last])).toEqual(["old", "new", "new", "new", "newest", "newest"]);
  void send(CALL);
  expect(sent).toHaveLength(4);
});

test("one that fails fails for those who shared it, and not for those who wait for the next", async () => {
  const { sent, send, answer } = byHand();
  const failing = send(CALL);
  const next = [send(CALL), send(CALL)];
  sent[0]!.told.reject(new Error("down"));
  await expect(failing).rejects.toThrow("down");
  await setImmediate();
  await answer(1, "up");
  expect(await dataOf(next)).toEqual(["up", "up"]);
});

test("one that hangs holds up nobody for longer than a moment", async () => {
  const { sent, send, answer } = byHand(1);
  const hanging = send(CALL);
  const next = send(CALL);
  while (sent.length < 2) await setImmediate();
  await answer(1, "fresh");
  expect(await dataOf([next])).toEqual(["fresh"]);
  void send(CALL);
  expect(sent).toHaveLength(3);
  await answer(0, "at last");
  expect(await dataOf([hanging])).toEqual(["at last"]);
});

test("one that hangs is shared no longer than a moment either: only who sent it waits for its end", async () => {
  const { sent, send, answer } = byHand(1);
  void send(CALL);
  const hanging = send(CALL);
  const sharing = [send(CALL), send(CALL)];
  await answer(0, "old");
  while (sent.length < 4) await setImmediate();
  await answer(2, "fresh");
  await answer(3, "fresh too");
  expect(await dataOf(sharing)).toEqual(["fresh", "fresh too"]);
  await answer(1, "at last");
  expect(await dataOf([hanging])).toEqual(["at last"]);
});

/** As octokit's: GitHub has answered it. */
const refusal = (status: number) => Object.assign(new Error(`answered ${status}`), { status, response: { headers: {}, data: {} } });

for (const [what, failure] of [
  ["a connection that breaks", new Error("reset")],
  ["a server's mishap", refusal(502)],
] as const) {
  test(`${what} is no answer to share: who only shared it asks for himself`, async () => {
    const { sent, send, answer } = byHand();
    void send(CALL);
    const failing = send(CALL);
    const sharing = [send(CALL), send(CALL)];
    await answer(0, "old");
    sent[1]!.told.reject(failure);
    await expect(failing).rejects.toThrow(failure);
    await setImmediate();
    await answer(2, "fresh");
    await answer(3, "fresh too");
    expect(await dataOf(sharing)).toEqual(["fresh", "fresh too"]);
  });
}

test("what GitHub refuses one it refuses all who share, and nobody asks once more: it may have said to slow down", async () => {
  for (const status of [403, 404, 429]) {
    const { sent, send, answer } = byHand();
    void send(CALL);
    const sharing = [send(CALL), send(CALL), send(CALL)];
    await answer(0, "old");
    sent[1]!.told.reject(refusal(status));
    for (const one of sharing) await expect(one).rejects.toThrow(`answered ${status}`);
    expect(sent).toHaveLength(2);
  }
});

test("writes, and what has to be sent anew, go alone; other parameters and other installations are other calls", async () => {
  const { sent, send } = byHand();
  const write = { ...CALL, route: "POST /a/{b}" };
  const anew = { ...CALL, unconditional: true };
  const calls = [CALL, { ...CALL, parameters: { b: 2 } }, { ...CALL, installationId: 2 }, write, write, anew, anew];
  for (const call of calls) void send(call);
  expect(sent.map(({ call }) => call)).toEqual(calls);
});

test("a burst asks for what its evaluations have in common once for all that wait", async () => {
  const rig = await openRig();
  rig.hub.latencyMs = 20;
  const truth = await rig.pulls.read(rig.pull);
  await rig.pulls.people(truth, ["sec-ops"], []);
  rig.hub.requests.length = 0;
  const people = await Promise.all(Array.from({ length: 10 }, () => rig.pulls.people(truth, ["sec-ops"], [])));
  expect(new Set(people.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(rig.hub.requests.filter(({ template }) => template === "/orgs/{org}/teams/{team_slug}/members")).toHaveLength(2);
  await rig.close();
});
