import type { Actor, Facts, PeopleFacts } from "../engine/facts.ts";
import type { GatherDeps } from "./deps.ts";
import type { PullTruth } from "./ports.ts";
import { TruthError } from "./ports.ts";

/** With everybody who had a hand in a layer below: approving the top of a stack approves what they did. */
export async function withLayers({ pulls }: GatherDeps, pull: PullTruth, facts: Facts, people: PeopleFacts): Promise<PeopleFacts> {
  let all = people;
  for (const { number } of facts.subject.stack?.layers ?? []) {
    const layer = await pulls.read({ repository: pull.repository, number });
    const { actors, commits, pushes, complete } = await pulls.contributions(layer);
    const author: readonly Actor[] = layer.author === null ? [] : [{ ...layer.author, type: typeOf(layer.author.type), suspended: false }];
    all = {
      ...all,
      actors: together(all.actors, [...actors, ...author]),
      commits: onceEach([...all.commits, ...commits], ({ sha }) => sha),
      pushes: [...all.pushes, ...pushes],
      history: { ...all.history, pushHistoryComplete: all.history.pushHistoryComplete && complete },
    };
  }
  return all;
}

/** Two readings of one account that name it differently were torn by a rename: read again. */
function together(known: readonly Actor[], more: readonly Actor[]): readonly Actor[] {
  const all = onceEach([...known, ...more], ({ id }) => String(id));
  const logins = new Map(all.map(({ id, login }) => [id, login]));
  const torn = more.find(({ id, login }) => logins.get(id) !== login) ?? (new Set(logins.values()).size < all.length ? all[0] : undefined);
  if (torn !== undefined) throw new TruthError("people", "network", "a login changed hands while people were read");
  return all;
}

function typeOf(type: string): Actor["type"] {
  return type === "User" || type === "Mannequin" || type === "Organization" ? type : "Bot";
}

function onceEach<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  const rows = new Map<string, T>();
  for (const item of items) if (!rows.has(key(item))) rows.set(key(item), item);
  return [...rows.values()];
}
