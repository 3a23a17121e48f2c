import { drizzle } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { entrance, type Scope } from "./scope.ts";
import type { Tx } from "./tx.ts";

/** Statements with longer lists have too many forms to be kept on the server by each connection. */
const PREPARED_PARAMETERS_MAX = 40;

type Act<T> = (tx: Tx) => Promise<T>;

/**
 * drizzle over postgres.js in as few round trips as the walls allow: left alone, drizzle has each statement parsed anew and described
 * before it is sent, and the scope of a transaction would be waited for.
 */
export function speakPostgres(client: postgres.Sql): {
  readonly outer: Tx;
  transaction<T>(scope: Scope, act: Act<T>): Promise<T>;
  read<T>(scope: Scope, act: Act<T>): Promise<T>;
} {
  const { options } = client;
  const speak = (sql: Wire) => drizzle(preparing(sql, options)) as unknown as Tx;
  const within = async <T>(sql: postgres.TransactionSql, scope: Scope, act: Act<T>): Promise<T> => {
    const entering = entrance(scope);
    if (entering === null) return act(speak(sql));
    // On the wire before whatever `act` says, which a connection hears in order; if it fails, so does everything after it.
    const entered = sql.unsafe(entering.text, entering.parameters, { prepare: true }).execute();
    try {
      // Never given up while it still speaks: the connection would be somebody else's by then.
      return await act(speak(sql));
    } finally {
      await entered;
    }
  };
  return {
    outer: speak({
      unsafe: client.unsafe,
      begin: (act) => client.begin((sql) => act(preparing(sql, options))),
    }),
    transaction: <T>(scope: Scope, act: Act<T>) => client.begin((sql) => within(sql, scope, act)) as Promise<T>,
    read: sharedReading((scope, act) => client.begin("read only", (sql) => within(sql, scope, act))),
  };
}

/** As many statements are on the wire before the first is answered. */
const READS_AT_ONCE_MAX = 16;

/** What one transaction reads; each part answers for itself and never rejects. */
interface Reading {
  readonly parts: ((tx: Tx) => Promise<void>)[];
  readonly refusals: ((error: unknown) => void)[];
}

/**
 * Reads of one scope that come before a connection is theirs are done in one transaction: each is asked after it came, as if it were alone.
 * Where one of several fails, which ends the transaction for all, those without an answer are done again, each in its own.
 */
function sharedReading(begin: (scope: Scope, act: Act<unknown>) => Promise<unknown>): <T>(scope: Scope, act: Act<T>) => Promise<T> {
  const waiting = new Map<string, Reading>();
  return <T>(scope: Scope, act: Act<T>) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const place = JSON.stringify(scope);
    const alone = () => void begin(scope, async (tx) => resolve(await act(tx))).catch(reject);
    const joined = waiting.get(place);
    const reading = joined !== undefined && joined.parts.length < READS_AT_ONCE_MAX ? joined : { parts: [], refusals: [] };
    // What was read holds without the end of its transaction.
    reading.parts.push((tx) => act(tx).then(resolve, (error) => (reading.parts.length === 1 ? reject(error) : alone())));
    reading.refusals.push(reject);
    if (reading !== joined) start(scope, place, reading);
    return promise;
  };

  function start(scope: Scope, place: string, reading: Reading): void {
    waiting.set(place, reading);
    const leave = () => waiting.get(place) === reading && waiting.delete(place);
    let isBegun = false;
    const begun = begin(scope, (tx) => {
      isBegun = true;
      leave();
      return Promise.all(reading.parts.map((part) => part(tx)));
    });
    begun.catch((error: unknown) => {
      leave();
      if (!isBegun) for (const refuse of reading.refusals) refuse(error);
    });
  }
}

/** What drizzle uses of postgres.js; within a transaction it begins no other here. */
interface Wire {
  readonly unsafe: postgres.Sql["unsafe"];
  readonly begin?: (act: (sql: postgres.Sql) => unknown) => Promise<unknown>;
}

/** The same connection; its statements are parsed and planned once. */
function preparing(sql: Wire, options: postgres.Sql["options"]): postgres.Sql {
  // Executed: said in the order in which they are asked, whenever their answers are waited for.
  const unsafe = (text: string, parameters: never[] = []) =>
    sql.unsafe(text, parameters, { prepare: parameters.length > 0 && parameters.length <= PREPARED_PARAMETERS_MAX }).execute();
  return { ...(sql.begin && { begin: sql.begin }), unsafe, options } as unknown as postgres.Sql;
}
