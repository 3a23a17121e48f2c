import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { Refusal } from "../gate/ports.ts";
import type { CliContext } from "./io.ts";

const session = z.strictObject({ token: z.string().min(1), expiresAt: z.string(), login: z.string(), tenant: z.string() });
const file = z.strictObject({ version: z.literal(1), servers: z.record(z.string(), session) });

export type SavedSession = z.infer<typeof session>;

/** Where sessions are kept, for the owner of the account alone. */
export function sessionFile(context: CliContext): string {
  const home = context.env["XDG_CONFIG_HOME"] || join(context.env["HOME"] || homedir(), ".config");
  return join(home, "countersign", "sessions.json");
}

/** null = nobody signed in to that server, or the session is over. */
export async function savedSession(context: CliContext, url: string): Promise<SavedSession | null> {
  const found = (await read(context))[url];
  return found === undefined || Date.parse(found.expiresAt) <= context.clock.now().getTime() ? null : found;
}

/** null forgets it. */
export async function saveSession(context: CliContext, url: string, next: SavedSession | null): Promise<void> {
  const { [url]: _, ...others } = await read(context);
  const servers = next === null ? others : { ...others, [url]: next };
  const path = sessionFile(context);
  if (Object.keys(servers).length === 0) return rm(path, { force: true });
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Written beside and moved, so that it is whole, and nobody else's at any moment.
    const fresh = `${path}.${process.pid}`;
    await writeFile(fresh, `${JSON.stringify({ version: 1, servers })}\n`, { mode: 0o600 });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    throw new Refusal("config", `${path} cannot be written: ${(error as Error).message}`, "XDG_CONFIG_HOME says where sessions are kept");
  }
}

async function read(context: CliContext): Promise<Readonly<Record<string, SavedSession>>> {
  const path = sessionFile(context);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new Refusal("config", `${path} cannot be read: ${error.message}`);
  });
  if (text === null) return {};
  try {
    return file.parse(JSON.parse(text)).servers;
  } catch {
    throw new Refusal("config", `${path} is not what countersign writes`, "remove it, and countersign login again");
  }
}
