import { PgDatabase } from "drizzle-orm/pg-core";
import { drizzle, PostgresJsSession } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { createDialect } from "./dialect.ts";
import { entrance, type Scope } from "./scope.ts";
import type { Tx } from "./tx.ts";

/** Statements with longer lists have too many forms to be kept on the server by each connection. */
const PREPARED_PARAMETERS_MAX = 40;

type Act<T> = (tx: Tx) => Promise<T>;
/** `entered`: rejects when the scope could not be entered, which all that is said after it fails for. */
type Acting<T> = (tx: Tx, entered: PromiseLike<unknown>) => Promise<T>;

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
  // Sets how the client reads and writes the types that drizzle maps itself, for all its connections.
  drizzle(client);
  const dialect = createDialect();
  const speak = (sql: Wire): Tx => new PgDatabase(dialect, new PostgresJsSession(preparing(sql, options), dialect, undefined), undefined);
  const within = async <T>(sql: postgres.TransactionSql, scope: Scope, act: Acting<T>): Promise<T> => {
    const entering = entrance(scope);
    if (entering === null) return act(speak(sql), Promise.resolve());
    // On the wire before whatever `act` says, which a connection hears in order; if it fails, so does everything after it.
    const entered = sql.unsafe(entering.text, entering.parameters, { prepare: true }).execute();
    try {
      // Never given up while it still speaks: the connection would be somebody else's by then.
      return await act(speak(sql), entered);
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

/** One of the reads that share a transaction. */
interface Part {
  /** Rejects when it is not answered. */
  readonly ask: Acting<void>;
  readonly alone: () => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * Reads of one scope that come before a connection is theirs are done in one transaction: each is asked after it came, as if it were alone.
 * Where one of several fails, which ends the transaction for all, those without an answer are done again, each in its own.
 */
function sharedReading(begin: (scope: Scope, act: Acting<void>) => Promise<unknown>): <T>(scope: Scope, act: Act<T>) => Promise<T> {
  const waiting = new Map<string, Part[]>();
  return <T>(scope: Scope, act: Act<T>) => {
    const { promise, resolve, reject: refuse } = Promise.withResolvers<T>();
    const ask: Acting<void> = async (tx, entered) => {
      const told = await act(tx);
      // Whoever bears with what a refused scope did to it has read nothing.
      await entered;
      // What was read holds without the end of its transaction.
      resolve(told);
    };
    const part = { ask, alone: () => void begin(scope, ask).catch(refuse), refuse };
    const place = JSON.stringify(scope);
    const joined = waiting.get(place);
    if (joined !== undefined && joined.length < READS_AT_ONCE_MAX) joined.push(part);
    else start(scope, place, [part]);
    return promise;
  };

  function start(scope: Scope, place: string, parts: Part[]): void {
    waiting.set(place, parts);
    const leave = () => waiting.get(place) === parts && waiting.delete(place);
    let answersForItself = false;
    const begun = begin(scope, async (tx, entered) => {
      leave();
      if (parts.length === 1) return parts[0]!.ask(tx, entered);
      answersForItself = true;
      await Promise.all(parts.map(({ ask, alone }) => ask(tx, entered).catch(alone)));
    });
    begun.catch((error: unknown) => {
      leave();
      if (!answersForItself) for (const { refuse } of parts) refuse(error);
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
