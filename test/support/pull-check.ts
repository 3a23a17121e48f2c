import { checkPullRequest } from "../../src/gate/check-pull-request.ts";
import { compareHere } from "../../src/gate/compare-here.ts";
import type { CallerReads } from "../../src/gate/ports.ts";
import { createCallerReads } from "../../src/github/index.ts";
import type { Scene, Stage } from "./scene.ts";

/** `check --pr` beside the app, on the same simulated GitHub. `stage` is the repository of the running test. */
export function pullChecks(scene: Scene) {
  let floorMs = 0;
  scene.hub.clock = () => new Date(Math.max(Date.now(), floorMs));
  /** Instants on GitHub are whole seconds: what comes later must be seen to. */
  const later = () => {
    floorMs = Math.max(Date.now(), floorMs) + 2000;
  };
  const readsOf = (login: string) => createCallerReads({ token: scene.hub.userToken(login), baseUrl: scene.hub.url });
  const place = (stage: Stage) => {
    const [owner, name] = stage.repository.split("/") as [string, string];
    return { owner, name };
  };
  return {
    readsOf,
    /** Takes the clock back to the real time, before the next scenario: what is dated far ahead counts for nothing. */
    backToNow(): void {
      floorMs = 0;
    },
    /** As if the app were not installed: its check is not there, so nothing but the rules themselves can hold a result back. */
    withoutApp: (reads: CallerReads): CallerReads => ({ ...reads, published: async () => [] }),
    find: (stage: Stage, number: number) => readsOf("ana").find(place(stage).owner, place(stage).name, number),
    async decided(stage: Stage, number: number, github: CallerReads = readsOf("ana")) {
      const deps = { github, clock: { now: () => new Date() }, comparer: compareHere };
      return (await checkPullRequest(deps, { ...place(stage), number })).decision;
    },
    approve(stage: Stage, number: number, actor: string, commitId?: string): { readonly id: number } {
      later();
      const given = scene.hub.review(stage.repository, number, {
        actor,
        state: "APPROVED",
        ...(commitId === undefined ? {} : { commitId }),
      });
      later();
      return given;
    },
  };
}
