import type { Delivery, DeliveryOutcome } from "../gate/ports/inbox.ts";

/** What one transaction records at most: deliveries, and characters of their bodies. */
const GROUP_MAX = 100;
const GROUP_CHARACTERS = 4_194_304;
/** Groups that are written at once: as many connections are left for whatever else is done. */
const WRITERS = 5;

type Record = (group: readonly Delivery[]) => Promise<readonly DeliveryOutcome[]>;

interface Waiting {
  readonly delivery: Delivery;
  resolve(outcome: DeliveryOutcome): void;
  reject(error: unknown): void;
}

/**
 * Records deliveries of the same place one group after the other: what comes while a group is written is the next one. They would lock the
 * same rows, and each wait for a commit of its own. None waits for company: the first of a place is written at once.
 * @param placeOf deliveries of different places are never in one transaction.
 */
export function createDeliveryGroups(record: Record, placeOf: (delivery: Delivery) => string) {
  /** The place that has waited longest comes first. */
  const waiting = new Map<string, Waiting[]>();
  const busy = new Set<string>();

  function writeNext(): void {
    for (const [place, all] of waiting) {
      if (busy.size >= WRITERS) return;
      if (busy.has(place)) continue;
      const { group, rest } = nextGroup(all);
      waiting.delete(place);
      if (rest.length > 0) waiting.set(place, rest);
      busy.add(place);
      void write(record, group).then(() => {
        busy.delete(place);
        writeNext();
      });
    }
  }

  return (delivery: Delivery): Promise<DeliveryOutcome> =>
    new Promise((resolve, reject) => {
      const place = placeOf(delivery);
      const mine = { delivery, resolve, reject };
      const others = waiting.get(place);
      if (others === undefined) waiting.set(place, [mine]);
      else others.push(mine);
      writeNext();
    });
}

/** Of one id only one: the next has to find the first. */
function nextGroup(all: readonly Waiting[]): { readonly group: readonly Waiting[]; readonly rest: Waiting[] } {
  const group: Waiting[] = [];
  const rest: Waiting[] = [];
  const ids = new Set<string>();
  let characters = 0;
  for (const each of all) {
    const { guid, body } = each.delivery;
    characters += body.length;
    const fits = group.length === 0 || (rest.length === 0 && group.length < GROUP_MAX && characters <= GROUP_CHARACTERS && !ids.has(guid));
    (fits ? group : rest).push(each);
    ids.add(guid);
  }
  return { group, rest };
}

/** Never rejects. One that cannot be written takes none of the others with it. */
async function write(record: Record, group: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await record(group.map(({ delivery }) => delivery));
    for (const [index, { resolve }] of group.entries()) resolve(outcomes[index]!);
  } catch (error) {
    if (group.length === 1 || isOfDatabase(error)) for (const { reject } of group) reject(error);
    else for (const each of group) await write(record, [each]);
  }
}

/** The classes of SQLSTATE that tell of the database and not of what was written. */
const OF_DATABASE = /^(08|25|53|57|58|XX)/;
/** What the driver says of a statement that it does not send: too many values, or one that is none. */
const OF_STATEMENT: ReadonlySet<string> = new Set(["MAX_PARAMETERS_EXCEEDED", "UNDEFINED_VALUE"]);
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** One after the other would fail for the same reason, each after its own wait. */
function isOfDatabase(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = "code" in at ? String(at.code) : null;
    if (code !== null) return SQLSTATE.test(code) ? OF_DATABASE.test(code) : !OF_STATEMENT.has(code);
  }
  return false;
}
