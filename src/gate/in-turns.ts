/** Installations that are looked after at once; GitHub wants the calls of one to come one after the other. */
const LANES = 4;
/** Each may be an installation that hangs, and holds up a lane for as long as its calls are waited for. */
const IN_A_ROW_MAX = 2;

/**
 * Does every task, those of one installation in their order and one at a time. Two in a row that fail send those behind them to the end, after
 * all other installations: one that hangs, or refuses everything, holds up nobody else. They are done all the same: repositories that cannot be
 * read come first each time, and those behind them would never have their turn. So what bounds the calls to a GitHub that answers nobody
 * is how many tasks the caller claimed. Gives the failures.
 */
export async function inTurns<T>(
  tasks: readonly T[],
  installationOf: (task: T) => number,
  act: (task: T) => Promise<void>,
): Promise<readonly Error[]> {
  const lanes = [...Map.groupBy(tasks, installationOf).values()];
  const failures: Error[] = [];
  const runLanes = async () => {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift()) {
      let inARow = 0;
      for (const [at, task] of lane.entries()) {
        try {
          await act(task);
          inARow = 0;
        } catch (error) {
          failures.push(error instanceof Error ? error : new Error(String(error)));
          inARow += 1;
          if (inARow < IN_A_ROW_MAX || at + 1 === lane.length) continue;
          lanes.push(lane.slice(at + 1));
          break;
        }
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, runLanes));
  return failures;
}

export function failWith(failures: readonly Error[], message: string): void {
  if (failures.length > 0) throw new AggregateError(failures, `${message}: ${failures[0]!.message}`);
}
