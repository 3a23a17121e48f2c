import type { DiffInput } from "../engine/contract/diff.ts";
import type { ContractComparer } from "./ports.ts";

/**
 * Room for the changes that are evaluated at once. What a comparison finds is held until the verdict is stored, a hundred times the bytes that
 * were compared: a dozen large changes at once would end the process, and the next one after it.
 * `largeBytes`: of the files compared, up to which a change needs no room; `roomBytes`: what all others may hold together, in the order
 * in which they came; one that is larger waits until it is alone.
 * The function that comes back does the work of one evaluation, with the comparer that it is given.
 */
export function createComparisonRoom(comparer: ContractComparer, { largeBytes, roomBytes }: { largeBytes: number; roomBytes: number }) {
  const waiting: { readonly bytes: number; readonly enter: () => void }[] = [];
  let free = roomBytes;

  function admit(): void {
    for (let first = waiting[0]; first !== undefined && first.bytes <= free; first = waiting[0]) {
      free -= first.bytes;
      waiting.shift();
      first.enter();
    }
  }

  function giveBack(bytes: number): void {
    free += bytes;
    admit();
  }

  return async <T>(work: (comparer: ContractComparer) => Promise<T>): Promise<T> => {
    let held = 0;
    let grown: Promise<void> = Promise.resolve();
    const grow = async (compared: number): Promise<void> => {
      const bytes = compared > largeBytes ? Math.min(compared, roomBytes) : 0;
      if (bytes <= held) return;
      // Nobody waits while holding room: two that grow would wait for each other.
      giveBack(held);
      held = 0;
      await new Promise<void>((enter) => {
        waiting.push({ bytes, enter });
        admit();
      });
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
