import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CannotListen, startFailureOf } from "../../src/gate/start-failure.ts";
import { openDatabase } from "../../src/store/connect.ts";

const postgresSays = (code: string, message: string) => Object.assign(new Error(message), { name: "PostgresError", code });

test.each<[string, Error, 2 | 3, RegExp]>([
  ["a wrong password", postgresSays("28P01", "password authentication failed"), 2, /\(28P01\)\. Set the password in DATABASE_URL or/],
  [
    "no such database",
    postgresSays("3D000", 'database "x" does not exist'),
    2,
    /"x" does not exist \(3D000\)\. Create it, or name another/,
  ],
  [
    "one that starts",
    postgresSays("57P03", "the database system is starting up"),
    3,
    /does not answer yet \(the database system is starting/,
  ],
  ["one without a free place", postgresSays("53300", "sorry, too many clients already"), 3, /Start again in a while/],
  [
    "a full disk",
    new Error("Failed query", { cause: postgresSays("53100", "No space left on device") }),
    2,
    /^the database refuses: No space/,
  ],
])("%s is told apart, with what to do", (_what, error, code, says) => {
  expect(startFailureOf(error)).toEqual({ code, says: expect.stringMatching(says) });
});

test("a fault of our own is none of these", () => {
  expect(startFailureOf(new TypeError("x is not a function"))).toBeNull();
  expect(startFailureOf("thrown")).toBeNull();
});

test("a data directory that is a file is the operator's to put right", async () => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-start-"));
  const file = join(folder, "file");
  await writeFile(file, "");
  const refused = await openDatabase({ databaseUrl: null, dataDir: file }).catch(startFailureOf);
  expect(refused).toEqual({ code: 2, says: expect.stringContaining(file) });
  await rm(folder, { recursive: true });
});

test("a port in use names the variables, and a database that is down is said to be it", async () => {
  const cause = Object.assign(new Error("listen EADDRINUSE: address already in use 127.0.0.1:3000"), { code: "EADDRINUSE" });
  expect(startFailureOf(new CannotListen({ host: "127.0.0.1", port: 3000 }, cause))).toEqual({
    code: 2,
    says: expect.stringMatching(/^nothing can listen on 127\.0\.0\.1, port 3000 \(listen EADDRINUSE.*Set HOST and PORT, or METRICS_LISTEN/),
  });
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const patience = { statementMs: 1_000, silenceMs: 1_000, connectMs: 500, transactionMs: 1_000, sessionMs: 300_000 };
  const down = await openDatabase({ databaseUrl: `postgres://u:hunter2@127.0.0.1:${port}/x`, dataDir: null, patience }).catch(
    startFailureOf,
  );
  expect(down).toEqual({ code: 3, says: expect.stringMatching(/^the database does not answer \(connect ECONNREFUSED.*DATABASE_URL/) });
  expect(JSON.stringify(down)).not.toContain("hunter2");
});
