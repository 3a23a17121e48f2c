import { z } from "zod";
import { lackingOf } from "../gate/needed-permissions.ts";
import type { RepositoryNews } from "../gate/ports.ts";
import { actor, repositoryOf, text } from "./payload.ts";

const id = z.number().int().positive();
const sender = z.object({ sender: actor });
const brief = z.array(z.object({ id, name: text })).nullish();
const installation = z.object({
  id,
  account: z.object({ id, login: text }),
  permissions: z.record(z.string(), z.string()).optional(),
});
const installed = sender.extend({
  action: z.string(),
  installation,
  repositories: brief,
  repositories_added: brief,
  repositories_removed: brief,
});
const ruled = sender.extend({
  action: z.string(),
  rule: z.object({ name: text }).nullish(),
  repository_ruleset: z.object({ name: text }).nullish(),
});
const acted = sender.extend({ action: z.string() });

/** What happens to a repository itself, by action of `repository`. `lost`: nothing can be gated there any more. */
const REPOSITORY_ACTIONS: Readonly<Record<string, { readonly because: string; readonly lost: boolean }>> = {
  renamed: { because: "renamed", lost: false },
  privatized: { because: "made private", lost: false },
  publicized: { because: "made public", lost: false },
  edited: { because: "edited", lost: false },
  archived: { because: "archived: no check can be written", lost: true },
  deleted: { because: "deleted", lost: true },
};

/** What a signed delivery says about repositories themselves. Total: whatever the payload, it answers and never throws. */
export function newsOf(event: string, payload: unknown): readonly RepositoryNews[] {
  switch (event) {
    case "installation":
    case "installation_repositories":
      return installationNews(payload);
    case "repository_ruleset":
    case "branch_protection_rule":
    case "branch_protection_configuration":
      return ruleNews(event, payload);
    case "repository":
      return repositoryNews(payload);
    default:
      return [];
  }
}

function installationNews(payload: unknown): readonly RepositoryNews[] {
  const { data } = installed.safeParse(payload);
  if (data === undefined) return [];
  const { action } = data;
  const { id: installationId, account, permissions } = data.installation;
  const actorId = data.sender?.id ?? null;
  const lost = (repositoryIds: readonly number[] | null, because: string): RepositoryNews => ({
    ...{ kind: "unguarded", installationId, repositoryIds, actorId, because },
  });
  const found = (repositories: z.infer<typeof brief>, because: string): readonly RepositoryNews[] => {
    const lacking = lackingOf(permissions ?? null);
    if (lacking !== null) return [lost(null, lacking)];
    return [{ kind: "guarded", account, installationId, repositories: repositories ?? null, actorId, because }];
  };
  switch (action) {
    case "deleted":
      return [lost(null, "the app was uninstalled")];
    case "suspend":
      return [lost(null, "the installation was suspended")];
    case "removed": {
      const ids = (data.repositories_removed ?? []).map((each) => each.id);
      return ids.length === 0 ? [] : [lost(ids, "it was removed from the installation")];
    }
    case "created":
      return found(data.repositories ?? [], "the app was installed");
    case "added":
      return found(data.repositories_added ?? [], "it was added to the installation");
    case "unsuspend":
      return found(null, "the installation is no longer suspended");
    case "new_permissions_accepted":
      return found(null, "the app has the permissions that it needs");
    default:
      return [];
  }
}

function ruleNews(event: string, payload: unknown): readonly RepositoryNews[] {
  const { data } = ruled.safeParse(payload);
  const repository = repositoryOf(payload)?.ref;
  if (data === undefined || repository === undefined) return [];
  const rule = data.repository_ruleset?.name ?? data.rule?.name ?? "";
  return [{ kind: "rule_changed", repository, actorId: data.sender?.id ?? null, what: `${event} ${data.action}`, rule }];
}

function repositoryNews(payload: unknown): readonly RepositoryNews[] {
  const { data } = acted.safeParse(payload);
  const repository = repositoryOf(payload)?.ref;
  if (data === undefined || repository === undefined) return [];
  const actorId = data.sender?.id ?? null;
  if (data.action === "unarchived") {
    const account = { id: repository.ownerId, login: repository.owner };
    const repositories = [{ id: repository.id, name: repository.name }];
    return [{ kind: "guarded", account, installationId: repository.installationId, repositories, actorId, because: "no longer archived" }];
  }
  if (!Object.hasOwn(REPOSITORY_ACTIONS, data.action)) return [];
  const { because, lost } = REPOSITORY_ACTIONS[data.action]!;
  if (!lost) return [{ kind: "changed", repository, actorId, because }];
  return [{ kind: "unguarded", installationId: repository.installationId, repositoryIds: [repository.id], actorId, because }];
}
