import { CONTRACT_FILE, contractBlob, MASKS } from "./contents.ts";
import { type GitHub, personOf } from "./github.ts";
import { type Pull, withPull } from "./world.ts";

/** Merges the pull request, if its files and those of the base do not stand in each other's way. */
export function landing(github: GitHub, pull: Pull, who: string, how: "squash" | "merge" | "wrong" | "push"): void {
  const { world, objects } = github;
  const tip = world.refs[pull.baseRef]!;
  const fork = objects.of(objects.mergeBase(tip, pull.headSha)).tree;
  const head = objects.of(pull.headSha).tree;
  const base = objects.of(tip).tree;
  const changed = Object.keys({ ...fork, ...head }).filter((path) => fork[path] !== head[path]);
  if (changed.length === 0 || changed.some((path) => base[path] !== fork[path] && base[path] !== head[path])) return;
  const tree = { ...base, ...Object.fromEntries(changed.map((path) => [path, head[path]!])) };
  // A squash that lands something else, as a wrong base would.
  const landed = how === "wrong" ? { ...tree, [CONTRACT_FILE]: contractBlob(MASKS - 1) } : tree;
  const parents = how === "merge" || how === "push" ? [tip, pull.headSha] : [tip];
  const sha = objects.add(parents, landed, pull.author);
  const at = github.stamp();
  const merge = { sha, by: who, at };
  github.become({
    ...withPull(world, { ...pull, state: "closed", merge, updatedAt: at, closedAt: at }),
    refs: { ...world.refs, [pull.baseRef]: sha },
    pushes: [...world.pushes, { ref: pull.baseRef, sha, actor: who, at, forced: false }],
  });
  github.send("push", { ref: `refs/heads/${pull.baseRef}`, sender: personOf(who) });
  github.sendPull("pull_request", "closed", pull.number);
}
