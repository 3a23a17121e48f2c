import { pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** When each periodic routine was last taken by any replica. */
export const routine = pgTable("routine", {
  name: text("name").primaryKey(),
  claimedAt: instant("claimed_at").notNull(),
});
