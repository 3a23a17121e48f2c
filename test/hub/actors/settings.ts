import { announce } from "../events.ts";
import { accountByLogin, repoByName } from "../lookup.ts";
import type { Ruleset, World } from "../state.ts";
import { rulesetView } from "../views/repositories.ts";

type By = { readonly actor: string };

/** What an administrator does to a repository as a whole. */
export function settingsActors(world: World) {
  const find = (name: string, o: By) => ({ repo: repoByName(world, name), by: accountByLogin(world, o.actor).id });
  function ruleset(name: string, id: number, o: By) {
    const { repo, by } = find(name, o);
    const found = repo.rulesets.find((one) => one.id === id);
    if (found === undefined) throw new Error(`hub: no ruleset ${id}`);
    return { repo, by, found };
  }
  return {
    setEnforcement(name: string, id: number, enforcement: Ruleset["enforcement"], o: By): void {
      const { repo, by, found } = ruleset(name, id, o);
      found.enforcement = enforcement;
      announce(world, repo, "repository_ruleset", "edited", by, { repository_ruleset: rulesetView(world, repo, found) });
    },
    removeRuleset(name: string, id: number, o: By): void {
      const { repo, by, found } = ruleset(name, id, o);
      repo.rulesets.splice(repo.rulesets.indexOf(found), 1);
      announce(world, repo, "repository_ruleset", "deleted", by, { repository_ruleset: rulesetView(world, repo, found) });
    },
    archive(name: string, o: By): void {
      const { repo, by } = find(name, o);
      repo.archived = true;
      announce(world, repo, "repository", "archived", by, {});
    },
    setVisibility(name: string, isPrivate: boolean, o: By): void {
      const { repo, by } = find(name, o);
      repo.private = isPrivate;
      announce(world, repo, "repository", isPrivate ? "privatized" : "publicized", by, {});
    },
    /** The event goes to the new owner alone. */
    transfer(name: string, to: string, o: By): void {
      const { repo, by } = find(name, o);
      const from = repo.ownerId;
      repo.ownerId = accountByLogin(world, to).id;
      announce(world, repo, "repository", "transferred", by, { changes: { owner: { from: { organization: { id: from } } } } });
    },
  };
}
