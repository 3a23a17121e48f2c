import { z } from "zod";
import { TruthError } from "../gate/ports/truth.ts";
import { type AppOptions, createAskAsApp } from "./as-app.ts";

const PER_PAGE = 100;
/** No app of one server is on more accounts than this. */
const PAGES_MAX = 30;

const id = z.number().int().positive();
const installation = z.object({ id });
const listed = z.array(
  z.object({
    id,
    suspended_at: z.string().nullish(),
    account: z.object({ id, login: z.string().min(1).optional(), type: z.string().optional() }).nullable(),
  }),
);

export interface InstalledAccount {
  readonly installationId: number;
  readonly id: number;
  readonly login: string;
  readonly type: "Organization" | "User";
}

/** Where the app is installed: asked with its own signature, because no installation is known before. */
export interface Installations {
  onRepository(owner: string, repo: string): Promise<number>;
  /** By the account's id: logins change hands. @throws TruthError also when the app is not there, or suspended. */
  onAccount(accountId: number): Promise<InstalledAccount>;
}

export function createInstallations(options: AppOptions): Installations {
  const askAsApp = createAskAsApp(options);
  const ask = async <T>(what: string, route: string, parameters: Readonly<Record<string, unknown>>, schema: z.ZodType<T>): Promise<T> =>
    (await askAsApp(what, route, parameters, schema)).data;

  return {
    async onRepository(owner, repo) {
      const what = `installation on ${owner}/${repo}`;
      return (await ask(what, "GET /repos/{owner}/{repo}/installation", { owner, repo }, installation)).id;
    },
    async onAccount(accountId) {
      const what = `installation on account ${accountId}`;
      for (let page = 1; page <= PAGES_MAX; page++) {
        const rows = await ask(what, "GET /app/installations", { per_page: PER_PAGE, page }, listed);
        const found = rows.find(({ account }) => account?.id === accountId);
        if (found !== undefined) return installedOn(what, found);
        if (rows.length < PER_PAGE) throw new TruthError(what, "auth", `${what}: the app is not installed there`);
      }
      throw new TruthError(what, "network", `${what}: more than ${PAGES_MAX * PER_PAGE} installations`);
    },
  };
}

function installedOn(what: string, { id: installationId, account, suspended_at }: z.infer<typeof listed>[number]): InstalledAccount {
  if (suspended_at) throw new TruthError(what, "auth", `${what}: the app is suspended there`);
  const { id: accountId, login, type } = account ?? {};
  if (accountId === undefined || login === undefined || (type !== "Organization" && type !== "User"))
    throw new TruthError(what, "network", `${what}: GitHub does not say what kind of account it is`);
  return { installationId, id: accountId, login, type };
}
