import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { Refusal } from "../gate/ports.ts";
import { parseReplayState, type ReplayState } from "../gate/replay-state.ts";

/** null = there is none yet. @throws Refusal when it cannot be read or is something else. */
export async function readStateFile(file: string): Promise<ReplayState | null> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw new Refusal("config", `${file} cannot be read: ${error.message}`);
  });
  return text === null ? null : parseReplayState(text, file);
}

/** Whole or not at all: whoever ends the process finds the old state or the new one. */
export async function writeStateFile(file: string, state: ReplayState): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, `${JSON.stringify(state, null, 2)}\n`);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw new Refusal(
      "config",
      `${file} cannot be written: ${(error as Error).message}`,
      "name a file in a folder that exists with --state",
    );
  }
}
