import { z } from "@hono/zod-openapi";
import type { BaseStanding } from "../../engine/base-standing.ts";

const place = { file: z.string(), object: z.string().nullable(), field: z.string().nullable() };

/** Whether a change begins from what was approved before it. No component of the document: there, a reference that may be null takes no null. */
export const baseSchema = z.strictObject({
  status: z.enum(["stands", "moved", "unknown"]),
  /** Of what is unknown. */
  because: z.string().nullable(),
  /** `lost`: something that was approved is not there. */
  differences: z.array(z.strictObject({ ...place, lost: z.boolean(), message: z.string() })),
  /** Differences beyond those. */
  more: z.int(),
});

export function baseOf(base: BaseStanding): z.infer<typeof baseSchema> {
  const { differences, more } = base.status === "moved" ? base : { differences: [], more: 0 };
  return { status: base.status, because: base.status === "unknown" ? base.because : null, differences: [...differences], more };
}
