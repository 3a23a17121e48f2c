import type { CliContext } from "./io.ts";

/** Tells people at a terminal how far the first reading of a large repository is; nothing in a pipeline, nothing for a small one. */
export function showReading({ stderr }: CliContext): (done: number, total: number) => void {
  const WORTH_TELLING = 500;
  return (done, total) => {
    if (!stderr.isTerminal || total < WORTH_TELLING) return;
    const width = 24;
    const filled = Math.round((done / total) * width);
    const bar = `${"#".repeat(filled)}${".".repeat(width - filled)}`;
    stderr.write(`\rreading contracts for lineage [${bar}] ${done}/${total}${done === total ? " (remembered for the next run)\n" : ""}`);
  };
}
