export { createAccessStore } from "./access.ts";
export { type Database, openDatabase, UnsafeDatabase } from "./connect.ts";
export { createLedger } from "./ledger.ts";
export { DataDirectoryLocked } from "./lock-file.ts";
export { migrate, UnknownSchema } from "./migrate.ts";
export { createQueue } from "./queue.ts";
export { createStudioRecords } from "./studio-records.ts";
export { createSubmissions } from "./submissions.ts";
export { createTenantReads } from "./tenant-reads.ts";
