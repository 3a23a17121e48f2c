import type { HookLog, InstalledApps, ListedPull, PullLists } from "../../src/gate/ports.ts";
import { OVERRIDE_LABEL } from "./acts.ts";
import { stateOf, type Wire } from "./face.ts";
import type { GitHub } from "./github.ts";
import type { Post } from "./post.ts";
import { LAG_MS } from "./scheduler.ts";
import { type Pull, shown, type World } from "./world.ts";

/** So few that what is read takes several pages, which things move between while others act. */
const PULLS_PER_PAGE = 2;
const ATTEMPTS_PER_PAGE = 5;

/** What the adapter makes of GitHub's lists. An answer that was cut short it refuses, as one that never came. */
export function createLists(wire: Wire): PullLists {
  return {
    page: (_repository, kind, page) =>
      wire.read(`${kind} pulls`, (world) => {
        const all = kind === "open" ? world.pulls.filter(({ state }) => state === "open") : byUpdate(world);
        const pulls = all.slice((page - 1) * PULLS_PER_PAGE, page * PULLS_PER_PAGE).map(listed);
        return { pulls, last: pulls.length < PULLS_PER_PAGE };
      }),
    newestRuns: (_repository, sha) =>
      wire.read("newest runs", (world) => {
        const names = new Set(world.runs.filter((run) => run.sha === sha).map(({ name }) => name));
        return [...names].map((name) => stateOf(shown(world, sha, name)!));
      }),
  };
}

function byUpdate({ pulls }: World): readonly Pull[] {
  return pulls.toSorted((a, b) => Date.parse(b.updatedAt) - Date.parse(a.updatedAt) || b.number - a.number);
}

function listed({ number, state, headSha, baseRef, labels, updatedAt, closedAt }: Pull): ListedPull {
  const stands = labels.some(({ removedAt }) => removedAt === null);
  return { number, state, draft: false, headSha, baseRef, labels: stands ? [OVERRIDE_LABEL] : [], updatedAt, closedAt };
}

/** GitHub's list of what it tried to deliver, newest first. */
export function createHooks(github: GitHub, wire: Wire, post: Post): HookLog {
  return {
    page: (cursor) =>
      wire.read("hook page", (world) => {
        const until = world === github.world ? github.now : github.now - LAG_MS;
        const before = cursor === null ? Number.POSITIVE_INFINITY : Number(cursor);
        const older = post.attempts.filter(({ id, deliveredAt }) => id < before && Date.parse(deliveredAt) <= until).reverse();
        const attempts = older.slice(0, ATTEMPTS_PER_PAGE);
        return { attempts, next: older.length > attempts.length ? String(attempts.at(-1)!.id) : null };
      }),
    redeliver: (attemptId) => wire.write("redeliver", () => post.again(attemptId)),
  };
}

/** Where the app is installed is not simulated. */
export const INSTALLED: InstalledApps = {
  installations: () => Promise.reject(new Error("not simulated: installations")),
  repositories: () => Promise.reject(new Error("not simulated: installations")),
};
