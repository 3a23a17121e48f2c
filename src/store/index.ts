export { createAccessStore } from "./access.ts";
export { type Database, openDatabase, UnsafeDatabase } from "./connect.ts";
export { createLedger } from "./ledger.ts";
export { DataDirectoryLocked } from "./lock-file.ts";
export { readStanding } from "./logins.ts";
export { migrate, prepareDatabase, UnknownSchema } from "./migrate.ts";
export { createQueue } from "./queue.ts";
export { createStudioRecords } from "./studio-records.ts";
export { createTenantReads } from "./tenant-reads.ts";
