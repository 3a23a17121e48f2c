import { z } from "zod";
import { TruthError } from "../gate/ports/truth.ts";
import type { Call } from "./call.ts";
import type { GitHubApp } from "./client.ts";

const PER_PAGE = 100;
const MAX_PAGES = 30;
const MAX_READS = 3;

/**
 * Every item of a numbered list. A list of several pages can shift while it is read, so it is read until two readings agree.
 * The link header only says that there is more: its address is never followed.
 * @throws TruthError when it never settles, or is longer than 3,000 items.
 */
export async function listAll<T>(app: GitHubApp, call: Call, item: z.ZodType<T>): Promise<readonly T[]> {
  let before: string | null = null;
  for (let reading = 0; reading < MAX_READS; reading++) {
    const { items, pages } = await readPages(app, call, item);
    if (pages === 1) return items;
    const now = JSON.stringify(items);
    if (now === before) return items;
    before = now;
  }
  throw new TruthError(call.what, "network", `${call.what}: the list keeps changing while it is read`);
}

async function readPages<T>(app: GitHubApp, call: Call, item: z.ZodType<T>): Promise<{ items: T[]; pages: number }> {
  const items: T[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data, link } = await app.request({ ...call, parameters: { ...call.parameters, per_page: PER_PAGE, page } }, z.array(item));
    items.push(...data);
    if (!hasNext(link) && data.length < PER_PAGE) return { items, pages: page };
  }
  throw new TruthError(call.what, "network", `${call.what}: more than ${MAX_PAGES * PER_PAGE} entries`);
}

/** A list that is paged by cursor, newest first. `complete` false = there was more than `maxPages`. */
export async function listByCursor<T>(
  app: GitHubApp,
  call: Call,
  item: z.ZodType<T>,
  maxPages: number,
): Promise<{ items: readonly T[]; complete: boolean }> {
  const items: T[] = [];
  let cursor: Readonly<Record<string, string>> = {};
  for (let page = 1; page <= maxPages; page++) {
    const { data, link } = await app.request({ ...call, parameters: { ...call.parameters, per_page: PER_PAGE, ...cursor } }, z.array(item));
    items.push(...data);
    const after = nextCursor(link, "after");
    if (after === null) return { items, complete: !hasNext(link) };
    cursor = { after };
  }
  return { items, complete: false };
}

function hasNext(link: string | null): boolean {
  return link !== null && /rel="next"/.test(link);
}

/** The parameter that names the next page. Its address is never followed. */
export function nextCursor(link: string | null, parameter: "after" | "cursor"): string | null {
  const address = /<([^>]*)>;\s*rel="next"/.exec(link ?? "")?.[1];
  return address !== undefined && URL.canParse(address) ? new URL(address).searchParams.get(parameter) : null;
}
