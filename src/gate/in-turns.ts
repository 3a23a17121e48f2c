/** Installations that are looked after at once; GitHub wants the calls of one to come one after the other. */
const LANES = 4;
/** One repository that cannot be read comes first each time, and those behind it would never have their turn. */
const IN_A_ROW_MAX = 2;

/**
 * Does every task, those of one installation in their order and one at a time. Two in a row that fail end the turn of their installation and
 * of no other: one that hangs, or refuses everything, holds up nobody else. Gives the failures.
 */
export async function inTurns<T>(
  tasks: readonly T[],
  installationOf: (task: T) => number,
  act: (task: T) => Promise<void>,
): Promise<readonly Error[]> {
  const lanes = [...Map.groupBy(tasks, installationOf).values()].reverse();
  const failures: Error[] = [];
  const runLanes = async () => {
    for (let lane = lanes.pop(); lane !== undefined; lane = lanes.pop()) {
      let inARow = 0;
      for (const task of lane) {
        try {
          await act(task);
          inARow = 0;
        } catch (error) {
          failures.push(error instanceof Error ? error : new Error(String(error)));
          inARow += 1;
          if (inARow === IN_A_ROW_MAX) break;
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
