import { checkPullRequest } from "../../src/gate/check-pull-request.ts";
import { compareHere } from "../../src/gate/compare-here.ts";
import type { CallerReads } from "../../src/gate/ports.ts";
import { createCallerReads } from "../../src/github/index.ts";
import type { Scene, Stage } from "./scene.ts";

/** `check --pr` beside the app, on the same simulated GitHub. `stage` is the repository of the running test. */
export function pullChecks(scene: Scene) {
  let aheadMs = 0;
  scene.hub.clock = () => new Date(Date.now() + aheadMs);
  let running: Stage | null = null;
  /** Instants on GitHub are whole seconds: what comes later must be seen to. Each stage begins on time: what is dated too far ahead counts for nothing. */
  const later = (stage: Stage) => {
    if (running !== stage) aheadMs = 0;
    running = stage;
    aheadMs += 2000;
  };
  const readsOf = (login: string) => createCallerReads({ token: scene.hub.userToken(login), baseUrl: scene.hub.url });
  const place = (stage: Stage) => {
    const [owner, name] = stage.repository.split("/") as [string, string];
    return { owner, name };
  };
  return {
    readsOf,
    /** As if the app were not installed: its check is not there, so nothing but the rules themselves can hold a result back. */
    withoutApp: (reads: CallerReads): CallerReads => ({ ...reads, published: async () => [] }),
    find: (stage: Stage, number: number) => readsOf("ana").find(place(stage).owner, place(stage).name, number),
    async decided(stage: Stage, number: number, github: CallerReads = readsOf("ana")) {
      const deps = { github, clock: { now: () => new Date() }, comparer: compareHere };
      return (await checkPullRequest(deps, { ...place(stage), number })).decision;
    },
    approve(stage: Stage, number: number, actor: string, commitId?: string): { readonly id: number } {
      later(stage);
      const given = scene.hub.review(stage.repository, number, {
        actor,
        state: "APPROVED",
        ...(commitId === undefined ? {} : { commitId }),
      });
      later(stage);
      return given;
    },
  };
}
