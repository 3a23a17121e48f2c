import { addStatus, createRun, requestAction, rerequestRun, rerequestSuite } from "../acts/checks.ts";
import { appKey } from "../auth.ts";
import { accountByLogin, repoByName } from "../lookup.ts";
import { notFound } from "../refusal.ts";
import type { App, CheckRun, Permissions, Repo, World } from "../state.ts";
import { stamp } from "../state.ts";
import { newAccount } from "./people.ts";

type By = { readonly actor: string };

export function newApp(
  world: Pick<World, "nextId" | "accounts" | "clock">,
  slug: string,
  permissions: Permissions,
  events: readonly string[],
): App {
  const bot = newAccount(world as World, `${slug}[bot]`, "Bot");
  const id = world.nextId();
  const createdAt = stamp(world as World);
  return {
    id,
    slug,
    clientId: `Iv23li${slug.padEnd(14, "0").slice(0, 14)}`,
    ...appKey(),
    botId: bot.id,
    createdAt,
    permissions,
    events,
  };
}

export function checkActors(world: World) {
  const idOf = (login: string) => accountByLogin(world, login).id;

  function find(name: string, runId: number): { repo: Repo; run: CheckRun } {
    const repo = repoByName(world, name);
    const run = repo.runs.find((one) => one.id === runId);
    if (run === undefined) throw notFound();
    return { repo, run };
  }

  return {
    /** Newest first, of every app. */
    checkRuns: (name: string, sha: string): readonly Readonly<CheckRun>[] =>
      repoByName(world, name)
        .runs.filter((run) => run.headSha === sha)
        .reverse(),
    rerequestRun(name: string, runId: number, o: By): void {
      const { repo, run } = find(name, runId);
      rerequestRun(world, repo, run, idOf(o.actor));
    },
    rerequestSuite(name: string, sha: string, o: By): void {
      const repo = repoByName(world, name);
      const suite = repo.suites.findLast((one) => one.headSha === sha && one.appId === world.app.id);
      if (suite === undefined) throw notFound();
      rerequestSuite(world, repo, suite, idOf(o.actor));
    },
    /** What somebody with the app's key does to a run, and a late write of our own: no webhook tells it. */
    alterRun(name: string, runId: number, conclusion: string | null): void {
      const { run } = find(name, runId);
      Object.assign(run, { conclusion, status: conclusion === null ? "in_progress" : "completed" });
    },
    /** As GitHub does with old runs. */
    deleteRun(name: string, runId: number): void {
      const { repo, run } = find(name, runId);
      repo.runs.splice(repo.runs.indexOf(run), 1);
    },
    requestAction(name: string, runId: number, identifier: string, o: By): void {
      const { repo, run } = find(name, runId);
      requestAction(world, repo, run, identifier, idOf(o.actor));
    },
    /** What GitHub appends to the redirect after a person registered the app from its manifest. */
    manifestCode(): string {
      const code = `code-${world.nextId()}`;
      world.manifestCodes.add(code);
      return code;
    },
    /** Another GitHub App, for forged checks. */
    createApp(slug: string): { id: number; slug: string } {
      const app = newApp(world, slug, { checks: "write" }, []);
      world.otherApps.set(app.id, app);
      return app;
    },
    createForeignRun(
      name: string,
      o: { readonly app: string; readonly name: string; readonly sha: string; readonly conclusion: string },
    ): { id: number } {
      const app = [...world.otherApps.values()].find((one) => one.slug === o.app);
      if (app === undefined) throw notFound();
      return createRun(world, repoByName(world, name), app, {
        name: o.name,
        head_sha: o.sha,
        status: "completed",
        conclusion: o.conclusion,
      });
    },
    createStatus(name: string, sha: string, o: By & { readonly context: string; readonly state: string }): void {
      const status = { sha, context: o.context, state: o.state, description: null, targetUrl: null, creatorId: idOf(o.actor) };
      addStatus(world, repoByName(world, name), status);
    },
  };
}
