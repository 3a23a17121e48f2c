import { inTurns } from "./in-turns.ts";
import { lackingOf } from "./needed-permissions.ts";
import type { InstalledApp, InstalledRepository, RepositoryNews, WatchedRepository } from "./ports.ts";
import { hasReserve } from "./recovery-budget.ts";
import type { RecoveryDeps } from "./recovery-deps.ts";
import type { Routine } from "./routines.ts";

const HOUR_MS = 3_600_000;
const PER_PAGE = 100;
/** Repositories of a larger installation are listed so many pages at a time, another part each hour. */
const PAGES_MAX = 100;

/**
 * Holds GitHub's list of installations, and of their repositories, against the ledger: at the start and once an hour, for an app that was
 * installed, changed or taken away while nobody listened. A repository that is new is swept like any other, a few pull requests at a time.
 */
export const installationRefresh: Routine<RecoveryDeps> = {
  name: "installation refresh",
  everyMs: HOUR_MS,
  async run(deps) {
    const installations = await deps.installed.installations();
    const failures = await inTurns(
      installations,
      ({ installationId }) => installationId,
      (installation) => refresh(deps, installation),
    );
    const listed = new Set(installations.map(({ installationId }) => installationId));
    const gone = (await deps.ledger.guardedInstallations()).filter((installationId) => !listed.has(installationId));
    await deps.ledger.hearNews(gone.map((installationId) => lost(installationId, null, "the app was uninstalled")));
    // Not at once for all of them because one is at odds: whatever it is, the next hour asks again.
    for (const failure of failures) deps.onAlarm("an installation could not be looked through", { because: failure.message });
  },
};

async function refresh(deps: RecoveryDeps, installation: InstalledApp): Promise<void> {
  const { installationId, suspended, permissions } = installation;
  const unusable = suspended ? "the installation was suspended" : lackingOf(permissions);
  if (unusable !== null) return deps.ledger.hearNews([lost(installationId, null, unusable)]);
  const known = await deps.ledger.repositoriesOf(installationId);
  const { repositories, isWhole } = await listRepositories(deps, installationId);
  for (const news of differences(installation, known, repositories, isWhole)) await deps.ledger.hearNews([news]);
}

async function listRepositories(
  deps: RecoveryDeps,
  installationId: number,
): Promise<{ readonly repositories: readonly InstalledRepository[]; readonly isWhole: boolean }> {
  const first = await deps.installed.repositories(installationId, 1);
  const pages = Math.ceil(first.total / PER_PAGE);
  const parts = Math.ceil(pages / PAGES_MAX);
  const part = parts <= 1 ? 0 : Math.floor(deps.clock.now().getTime() / HOUR_MS) % parts;
  const repositories = [...first.repositories];
  let isWhole = parts <= 1;
  for (let page = Math.max(2, part * PAGES_MAX + 1); page <= Math.min(pages, (part + 1) * PAGES_MAX); page += 1) {
    if (!hasReserve(deps, installationId)) {
      isWhole = false;
      break;
    }
    repositories.push(...(await deps.installed.repositories(installationId, page)).repositories);
  }
  // The list can shift while it is read: who was then missed is not taken for gone.
  return { repositories, isWhole: isWhole && new Set(repositories.map(({ id }) => id)).size === first.total };
}

function differences(
  { installationId, account }: InstalledApp,
  known: readonly WatchedRepository[],
  listed: readonly InstalledRepository[],
  isWhole: boolean,
): readonly RepositoryNews[] {
  const byId = new Map(known.map((each) => [each.repository.id, each]));
  const found = listed.filter((each) => !each.archived && isNews(byId.get(each.id), each, account));
  const here = new Set(listed.map(({ id }) => id));
  const gone = isWhole ? known.filter(({ repository, unguarded }) => unguarded === null && !here.has(repository.id)) : [];
  const because = "the app is installed on it";
  return [
    ...inParts(found).map((repositories) => ({ kind: "guarded", account, installationId, repositories, actorId: null, because }) as const),
    ...(gone.length === 0 ? [] : [lost(installationId, ids(gone), "it is no longer among the repositories of the installation")]),
  ];
}

/** So many in one transaction. */
function inParts<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / PER_PAGE) }, (_, part) => all.slice(part * PER_PAGE, (part + 1) * PER_PAGE));
}

function isNews(known: WatchedRepository | undefined, { name }: InstalledRepository, account: InstalledApp["account"]): boolean {
  if (known === undefined || known.unguarded !== null) return true;
  const { repository } = known;
  return repository.name !== name || repository.owner !== account.login || repository.ownerId !== account.id;
}

function ids(watched: readonly WatchedRepository[]): readonly number[] {
  return watched.map(({ repository }) => repository.id);
}

function lost(installationId: number, repositoryIds: readonly number[] | null, because: string): RepositoryNews {
  return { kind: "unguarded", installationId, repositoryIds, actorId: null, because };
}
