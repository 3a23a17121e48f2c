import { dequeue, enqueue, landQueue, type QueueEntry, queueOf } from "../acts/queue.ts";
import { type MergeMethods, setMergeMethods, setStack } from "../acts/settings.ts";
import type { Files } from "../git/content.ts";
import { accountByLogin, pullOf, repoByName } from "../lookup.ts";
import type { World } from "../state.ts";

type By = { readonly actor: string };

/** How a repository merges: its methods, its stacks and its merge queue. Groups are put together on branches of their own, and land when their checks are green. */
export function queueActors(world: World) {
  const idOf = (login: string) => accountByLogin(world, login).id;
  return {
    setMergeMethods: (name: string, methods: MergeMethods): void => setMergeMethods(repoByName(world, name), methods),
    /** As GitHub's own stacks tell it, the bottom first. */
    setStack(name: string, numbers: readonly number[], base: string): void {
      const repo = repoByName(world, name);
      setStack(
        repo,
        numbers.map((number) => pullOf(repo, number).pull),
        base,
      );
    },
    enqueue(name: string, number: number, o: By & { method?: QueueEntry["method"]; tamper?: Files }): QueueEntry {
      const wanted = { number, method: o.method ?? "merge", tamper: o.tamper ?? {} };
      return enqueue(world, repoByName(world, name), wanted, idOf(o.actor));
    },
    dequeue(name: string, number: number, o: By & { reason?: "dequeued" | "invalidated" }): void {
      dequeue(world, repoByName(world, name), number, o.reason ?? "dequeued", idOf(o.actor));
    },
    landQueue(name: string, o: By & { grouping?: "ALLGREEN" | "HEADGREEN" }): readonly number[] {
      return landQueue(world, repoByName(world, name), o.grouping ?? "ALLGREEN", idOf(o.actor));
    },
    queue: (name: string): readonly QueueEntry[] => [...queueOf(repoByName(world, name))],
  };
}
