import cliProgress from "cli-progress";
import type { CliContext } from "./io.ts";

/** How far something long has come, on standard error: a bar on a terminal, else a line now and then. */
export interface ProgressBar {
  done(count: number): void;
  /** Makes room for output to the same terminal. */
  clear(): void;
  stop(): void;
}

const LINE_EVERY = 500;
const CLEAR_LINE = "\r\u001b[K";

/** @param noun plural: what is counted. */
export function progressBar(context: CliContext, noun: string, total: number, start: number): ProgressBar {
  const { stderr } = context;
  if (!stderr.isTerminal) {
    return {
      done: (count) => {
        if (count % LINE_EVERY === 0) stderr.write(`${count} of ${total} ${noun}\n`);
      },
      clear: () => {},
      stop: () => {},
    };
  }
  const bar = new cliProgress.SingleBar({
    format: `{bar} {percentage}% {value}/{total} ${noun}, {eta_formatted} left`,
    // Only what the bar uses of a stream, so that it writes where everything else writes.
    stream: { write: (text: string) => stderr.write(text), isTTY: true, columns: stderr.columns } as unknown as NodeJS.WritableStream,
    barCompleteChar: "#",
    barIncompleteChar: "-",
    barsize: 24,
    clearOnComplete: true,
    stopOnComplete: false,
    hideCursor: false,
    linewrap: null,
    gracefulExit: false,
  });
  bar.start(total, start);
  return { done: (count) => bar.update(count), clear: () => stderr.write(CLEAR_LINE), stop: () => bar.stop() };
}
