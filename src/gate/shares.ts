/** How many evaluations of one installation run at once, of the places that a process has. */
export interface Shares {
  /** Takes a place of the installation's. Null = all are taken: the key is kept, and woken when one is given back. */
  enter(installationId: number, key: string): (() => void) | null;
  /**
   * True: the installation that last worked on the key's repository has no place now, and the key is kept as above. Asked before anything is
   * read, so that ten thousand wake-ups that would find no place cost the database nothing.
   */
  keeps(key: string): boolean;
  /** The installation that last worked on the key's repository; null = not known. */
  homeOf(key: string): number | null;
  /** How many keys are kept, done elsewhere meanwhile or not. */
  kept(): number;
  /**
   * Those of keys with work left that would find a place, one for each that is free: whoever woke the others would only see them sent back.
   * Of what is kept, only what has work left counts: a key that another process did takes no place, and hands none on.
   */
  due(keys: readonly string[]): readonly string[];
}

/** What a key that found no place comes to: it is woken when there is one. */
export interface Postponed {
  readonly status: "postponed";
}

/** Does the work when the installation has a place for it. Without shares there is always one. */
export async function inPlace<T>(
  shares: Shares | undefined,
  installationId: number,
  key: string,
  work: () => Promise<T>,
): Promise<T | Postponed> {
  const leave = shares?.enter(installationId, key);
  if (leave === null) return { status: "postponed" };
  try {
    return await work();
  } finally {
    leave?.();
  }
}

/** Repositories whose installation is remembered, those of the last evaluations. */
const HOMES_MAX = 10_000;

function repositoryIn(key: string): string {
  return /^\d+/.exec(key)?.[0] ?? key;
}

export interface SharesOptions {
  /** Of this process: evaluations that run at once. */
  readonly places: number;
  /** One installation's at most. */
  readonly each: number;
  /** Of the places: left to installations that have none, however many others hang. */
  readonly reserved: number;
}

/**
 * Installations that hang, or that bring ten thousand events, leave the other places to the rest. Nothing is lost with the process:
 * a key that waits here is work left in the database, and the sweep of any process finds it.
 */
export function createShares({ places, each, reserved }: SharesOptions, wake: (key: string) => void): Shares {
  const taken = new Map<number, number>();
  const kept = new Map<number, Set<string>>();
  /** Repository, as every key begins with -> installation. One that moved to another is learnt anew when a place is taken. */
  const homes = new Map<string, number>();
  let total = 0;

  const takenBy = (installationId: number) => taken.get(installationId) ?? 0;

  /** Places that the installation may take now. */
  function room(installationId: number): number {
    const own = takenBy(installationId);
    const free = Math.min(each - own, places - reserved - total);
    return own === 0 ? Math.max(free, Math.min(1, places - total)) : Math.max(free, 0);
  }

  /** A place is free: of those that may take it, whoever has the fewest. */
  function leave(installationId: number): void {
    total -= 1;
    const rest = takenBy(installationId) - 1;
    if (rest > 0) taken.set(installationId, rest);
    else taken.delete(installationId);
    const [next] = [...kept.keys()].filter((each) => room(each) > 0).toSorted((a, b) => takenBy(a) - takenBy(b));
    const key = next === undefined ? undefined : kept.get(next)?.values().next().value;
    if (next === undefined || key === undefined) return;
    forget(next, key);
    wake(key);
  }

  function forget(installationId: number, key: string): void {
    const keys = kept.get(installationId);
    keys?.delete(key);
    if (keys?.size === 0) kept.delete(installationId);
  }

  function keep(installationId: number, key: string): void {
    const keys = kept.get(installationId) ?? new Set();
    kept.set(installationId, keys.add(key));
  }

  function learn(key: string, installationId: number): void {
    const repository = repositoryIn(key);
    homes.delete(repository);
    homes.set(repository, installationId);
    if (homes.size > HOMES_MAX) homes.delete(homes.keys().next().value!);
  }

  return {
    keeps(key) {
      const installationId = homes.get(repositoryIn(key));
      if (installationId === undefined || room(installationId) > 0) return false;
      keep(installationId, key);
      return true;
    },
    enter(installationId, key) {
      learn(key, installationId);
      if (room(installationId) === 0) {
        keep(installationId, key);
        return null;
      }
      forget(installationId, key);
      taken.set(installationId, takenBy(installationId) + 1);
      total += 1;
      let isHeld = true;
      return () => {
        if (isHeld) leave(installationId);
        isHeld = false;
      };
    },
    homeOf: (key) => homes.get(repositoryIn(key)) ?? null,
    kept: () => [...kept.values()].reduce((sum, keys) => sum + keys.size, 0),
    due(keys) {
      const homeOf = new Map([...kept].flatMap(([installationId, waiting]) => [...waiting].map((key) => [key, installationId])));
      const free = new Map([...kept.keys()].map((installationId) => [installationId, room(installationId)]));
      return keys.filter((key) => {
        const home = homeOf.get(key);
        if (home === undefined) return true;
        const left = free.get(home)!;
        free.set(home, left - 1);
        return left > 0;
      });
    },
  };
}
