import type { DiffInput } from "../engine/contract/diff.ts";
import type { ContractComparer } from "./ports.ts";

/**
 * Room for the changes that are evaluated at once. What a comparison finds is held until the verdict is stored, a hundred times the bytes that
 * were compared: a dozen large changes at once would end the process, and the next one after it.
 * `largeBytes`: of the files compared, up to which a change needs no room; `roomBytes`: what all others may hold together, by turns of their
 * installations, those of one in the order in which they came; one that is larger waits until it is alone.
 * @param installationOf whose turn the evaluation of a key takes; asked when it waits. What nobody knows of waits together.
 * The function that comes back does the work of the evaluation of a key, with the comparer that it is given.
 */
export function createComparisonRoom(
  comparer: ContractComparer,
  { largeBytes, roomBytes }: { largeBytes: number; roomBytes: number },
  installationOf: (key: string) => number | null,
) {
  /** The installation whose turn is next comes first. Nobody passes by whoever is next: a stream of those that fit would keep it waiting. */
  const waiting = new Map<number | null, { readonly bytes: number; readonly enter: () => void }[]>();
  let free = roomBytes;

  function admit(): void {
    for (const [installationId, all] of waiting) {
      const first = all.shift()!;
      if (first.bytes > free) return void all.unshift(first);
      // To the end: a loop over a map comes to it again.
      waiting.delete(installationId);
      if (all.length > 0) waiting.set(installationId, all);
      free -= first.bytes;
      first.enter();
    }
  }

  function wait(installationId: number | null, bytes: number): Promise<void> {
    return new Promise((enter) => {
      const others = waiting.get(installationId);
      if (others === undefined) waiting.set(installationId, [{ bytes, enter }]);
      else others.push({ bytes, enter });
      admit();
    });
  }

  function giveBack(bytes: number): void {
    free += bytes;
    admit();
  }

  return async <T>(key: string, work: (comparer: ContractComparer) => Promise<T>): Promise<T> => {
    let held = 0;
    let grown: Promise<void> = Promise.resolve();
    const grow = async (compared: number): Promise<void> => {
      const bytes = compared > largeBytes ? Math.min(compared, roomBytes) : 0;
      if (bytes <= held) return;
      // Nobody waits while holding room: two that grow would wait for each other.
      giveBack(held);
      held = 0;
      await wait(installationOf(key), bytes);
      held = bytes;
    };
    const inRoom =
      <R>(act: (input: DiffInput) => Promise<R>) =>
      async (input: DiffInput) => {
        grown = grown.then(() => grow(bytesOf(input)));
        await grown;
        return act(input);
      };
    try {
      return await work({
        compare: inRoom((input) => comparer.compare(input)),
        inventory: inRoom((input) => comparer.inventory(input)),
      });
    } finally {
      giveBack(held);
    }
  };
}

function bytesOf({ base, head, outside, referenced }: DiffInput): number {
  const files = [base, head, outside, referenced.base, referenced.head, referenced.types ?? []].flat();
  return files.reduce((sum, { bytes }) => sum + (bytes?.byteLength ?? 0), 0);
}
