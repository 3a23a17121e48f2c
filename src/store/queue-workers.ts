import type { PgBoss } from "pg-boss";

/** How soon a job is found that this process was not told of: another one's, or one whose backoff is over. */
const SCOUT_MS = 500;
/** By themselves they look only in case that a word to them was lost. */
const POLL_SECONDS = 30;

/** Workers of one queue in this process. */
export interface Workers {
  /** This many jobs were added: as many of those that rest look for one. */
  tell(jobs: number): void;
  /** Nobody is sent for more; what runs goes on. */
  stop(): void;
}

/**
 * One of those that rest scouts for jobs, and the others look when they are told: woken by every job that comes, all would ask for the same
 * one, which was more than half of what the queue cost. Whoever ends a job asks for the next; where the scout finds one that nobody was told
 * of, there may be more, and all look. One job for each key at a time, in whichever process.
 */
export async function startWorkers(
  boss: PgBoss,
  queue: string,
  count: number,
  handle: (key: string) => Promise<void>,
  onError: (error: unknown, key: string) => void,
): Promise<Workers> {
  /** In the order of their turns: who was told longest ago is first. */
  const resting = new Set<string>();
  let scout: string | null = null;

  function send(id: string): void {
    resting.delete(id);
    resting.add(id);
    boss.notifyWorker(id);
  }

  function tell(jobs: number): void {
    for (const id of [...resting].slice(0, jobs)) {
      if (id === scout) scout = null;
      send(id);
    }
  }

  async function start(): Promise<void> {
    let id = "";
    let at: unknown = null;
    id = await boss.work<{ key: string }>(queue, { groupConcurrency: 1, pollingIntervalSeconds: POLL_SECONDS }, async ([job]) => {
      const { data, signal } = job!;
      /** Also when pg-boss gives up what takes too long: its worker goes on then, though what was begun does too. */
      const rest = () => {
        if (at !== job) return;
        at = null;
        resting.add(id);
        // Else a worker rests for a whole polling interval after every job, however many wait; and a wake that came
        // for this very key can only be taken once this job is marked as completed.
        setImmediate(() => boss.notifyWorker(id));
      };
      at = job;
      resting.delete(id);
      if (id === scout) tell(resting.size);
      signal.addEventListener("abort", rest);
      try {
        await handle(data.key);
      } catch (error) {
        onError(error, data.key);
        throw error;
      } finally {
        rest();
      }
    });
    resting.add(id);
  }

  for (let started = 0; started < count; started++) await start();
  const scouting = setInterval(() => {
    scout = resting.values().next().value ?? null;
    if (scout !== null) send(scout);
  }, SCOUT_MS);
  return { tell, stop: () => clearInterval(scouting) };
}
