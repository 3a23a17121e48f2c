import { expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { CHECK, FILE } from "../support/acme.ts";
import { startScene, until } from "../support/scene.ts";

const FLOOD = 30;
/** Of `SHARES` in serve.ts. */
const SHARE = 12;

test("an installation for which GitHub hangs holds its own share of the worker, and another's check comes meanwhile", async () => {
  const scene = await startScene();
  try {
    const { hub } = scene;
    const flooded = scene.stage();
    hub.createOrg("other");
    hub.createTeam("other", "sec-ops");
    for (const login of ["bob", "carol"]) {
      hub.addOrgMember("other", login);
      hub.addMember("other/sec-ops", login);
    }
    const files = { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES.replaceAll("acme/", "other/") };
    hub.createRepo("other/contracts", files, { grants: { alice: "write", "other/sec-ops": "write" } });
    await scene.settled();

    hub.fail({ method: "GET", path: /^\/repos\/acme\/[^/]+\/pulls\/\d+$/ }, { kind: "hang" }, FLOOD);
    const before = hub.requests.length;
    const pulls = Array.from({ length: FLOOD }, () => flooded.open());
    const asked = () =>
      new Set(
        hub.requests
          .slice(before)
          .map(({ path }) => /^\/repos\/acme\/[^/]+\/pulls\/(\d+)$/.exec(path)?.[1])
          .filter((number) => number !== undefined),
      ).size;
    await until(
      () => (asked() >= SHARE ? true : null),
      () => `${SHARE} evaluations to hang; ${asked()} do`,
    );
    hub.push("other/contracts", "work", { [FILE]: STRIPPED }, { actor: "alice", message: "change" });
    const { headSha } = hub.openPull("other/contracts", { actor: "alice", head: "work", title: "work" });
    const shown = () => hub.checkRuns("other/contracts", headSha).find(({ name }) => name === CHECK)?.conclusion;
    await until(
      () => (shown() === "action_required" ? true : null),
      () => `the other's check; it is ${shown()}`,
    );
    expect(asked()).toBe(SHARE);
    expect(pulls.filter(({ head }) => flooded.conclusion(head) === "action_required")).toEqual([]);

    hub.clearFaults();
    for (const { head } of pulls) await flooded.reaches(head, "action_required");
    await scene.settled();
  } finally {
    await scene.close();
  }
});
