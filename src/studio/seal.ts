import { sealData, unsealData } from "iron-session";
import type { z } from "zod";

/** Encrypted and signed texts that only this server can make, each good for one purpose. */
export interface Seals {
  seal(purpose: string, value: Readonly<Record<string, unknown>>, seconds: number): Promise<string>;
  /** null = not ours, for another purpose, too old, or of another shape. */
  open<T>(purpose: string, schema: z.ZodType<T>, sealed: string): Promise<T | null>;
}

/** A cookie is never larger. */
const LONGEST = 4096;

/** `secrets`: the first seals, the others are still opened while they are rotated out. */
export function createSeals(secrets: readonly string[]): Seals {
  const [current] = secrets;
  if (current === undefined) throw new Error("a session secret is required");
  return {
    seal: (purpose, value, seconds) => sealData({ purpose, value }, { password: current, ttl: seconds }),
    async open(purpose, schema, sealed) {
      if (sealed.length === 0 || sealed.length > LONGEST) return null;
      for (const password of secrets) {
        // Whatever cannot be opened comes back empty.
        const opened = await unsealData<{ purpose?: unknown; value?: unknown }>(sealed, { password, ttl: MAX_SECONDS });
        if (opened.purpose !== purpose) continue;
        const parsed = schema.safeParse(opened.value);
        return parsed.success ? parsed.data : null;
      }
      return null;
    },
  };
}

/** The end is inside the seal; this only bounds it. */
const MAX_SECONDS = 24 * 60 * 60;
