import { z } from "zod";
import type { InstalledApps } from "../gate/ports/recovery.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { AskAsApp } from "./as-app.ts";
import type { GitHubApp } from "./client.ts";

const PER_PAGE = 100;
/** Installations beyond these cannot be told from ones that are gone. */
const PAGES_MAX = 300;

const id = z.number().int().positive();
const installation = z.object({
  id,
  account: z.object({ id, login: z.string().min(1) }),
  suspended_at: z.string().nullish(),
  permissions: z.record(z.string(), z.string()).nullish(),
});
const repositories = z.object({
  total_count: z.number().int().nonnegative(),
  repositories: z.array(z.object({ id, name: z.string().min(1), archived: z.boolean().optional() })),
});

/** Where the app is installed, and on what. */
export function createInstalledApps(ask: AskAsApp, app: GitHubApp): InstalledApps {
  return {
    async installations() {
      const what = "installations";
      const found = new Map<number, z.infer<typeof installation>>();
      for (let page = 1; page <= PAGES_MAX; page += 1) {
        const { data } = await ask(what, "GET /app/installations", { per_page: PER_PAGE, page }, z.array(installation));
        for (const each of data) found.set(each.id, each);
        if (data.length === PER_PAGE) continue;
        return [...found.values()].map(({ id: installationId, account, suspended_at, permissions }) => ({
          ...{ installationId, account, suspended: Boolean(suspended_at), permissions: permissions ?? null },
        }));
      }
      throw new TruthError(what, "network", `${what}: more than ${PAGES_MAX * PER_PAGE}`);
    },
    async repositories(installationId, page) {
      const call = { installationId, what: "repositories of the installation", route: "GET /installation/repositories" };
      const { data } = await app.request({ ...call, parameters: { per_page: PER_PAGE, page } }, repositories);
      return {
        total: data.total_count,
        repositories: data.repositories.map(({ archived, ...each }) => ({ ...each, archived: archived ?? false })),
      };
    },
  };
}
