import { setImmediate } from "node:timers/promises";

/**
 * Callers that come while a read of the same thing runs wait for its end and share the next: each gets what was read after it asked, and
 * however many ask, one read runs at a time.
 */
export function sharedReads<T>(): (id: string, read: () => Promise<T>) => Promise<T> {
  const next = new Map<string, Promise<T>>();
  const running = new Map<string, Promise<T>>();
  return (id, read) => {
    const joined = next.get(id);
    if (joined !== undefined) return joined;
    const mine = (async () => {
      await running.get(id)?.catch(() => {});
      // Those whose requests have arrived already come along; the embedded database would let none in between.
      await setImmediate();
      next.delete(id);
      const reading = read();
      running.set(id, reading);
      try {
        return await reading;
      } finally {
        if (running.get(id) === reading) running.delete(id);
      }
    })();
    next.set(id, mine);
    return mine;
  };
}
