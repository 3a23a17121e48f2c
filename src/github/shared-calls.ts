import type { Call } from "./call.ts";
import { isFinal } from "./failure.ts";
import type { Answer } from "./kept-answers.ts";

/** One that hangs or breaks keeps nobody but whoever sent it from asking for himself: neither those who come later nor those who share it. */
const PATIENCE_MS = 1_000;

interface Running {
  readonly answer: Promise<Answer>;
  /** The one after it, once somebody asked: it is sent after all who wait for it. */
  next: Promise<Answer> | null;
}

/**
 * Who asks what is being asked already waits for the end of that and shares the next answer with whoever came meanwhile: each gets what
 * GitHub was asked for after it asked, never what was on its way before. A burst on one repository asks for its branch, teams and owners
 * once for all that wait. Writes, and reads that are to be sent anew, go alone.
 */
export function sharingCalls(send: (call: Call) => Promise<Answer>, patienceMs = PATIENCE_MS): (call: Call) => Promise<Answer> {
  const running = new Map<string, Running>();

  function start(address: string, call: Call): Promise<Answer> {
    const mine: Running = { answer: send(call), next: null };
    running.set(address, mine);
    const end = () => void (running.get(address) === mine && running.delete(address));
    mine.answer.then(end, end);
    return mine.answer;
  }

  return (call) => {
    if (!call.route.startsWith("GET ") || call.unconditional === true) return send(call);
    const address = JSON.stringify([call.installationId, call.route, call.parameters]);
    const before = running.get(address);
    if (before === undefined) return start(address, call);
    if (before.next !== null) return orAlone(before.next, 2 * patienceMs, () => send(call));
    before.next = ended(before.answer, patienceMs).then(() => start(address, call));
    return before.next;
  };
}

/** The shared answer, where GitHub gives one in time. `patienceMs`: for the end of the one before, and for this one. */
async function orAlone(shared: Promise<Answer>, patienceMs: number, alone: () => Promise<Answer>): Promise<Answer> {
  let isBroken = false;
  shared.catch((error: unknown) => {
    isBroken = !isFinal(error);
  });
  return (await ended(shared, patienceMs)) && !isBroken ? shared : alone();
}

/** False = it has not within `patienceMs`. */
function ended(answer: Promise<unknown>, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), patienceMs);
    const end = () => {
      clearTimeout(late);
      resolve(true);
    };
    answer.then(end, end);
  });
}
