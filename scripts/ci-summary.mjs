// ci-summary.mjs <vitest-report.json>: the closing line of a test run, and a failure when nothing ran. Runs on any Node.
import { readFileSync } from "node:fs";

const file = process.argv[2];
let report;
try {
  report = JSON.parse(readFileSync(file, "utf8"));
} catch (error) {
  console.error(`no test report: ${error.message}`);
  process.exit(1);
}
const tests = report.testResults.flatMap((suite) => suite.assertionResults);
const count = (...statuses) => tests.filter((test) => statuses.includes(test.status)).length;
const passed = count("passed");
const failed = count("failed");
// A file that could not be loaded has no tests to count, and is a failure all the same.
const broken = report.testResults.filter(
  (suite) => suite.status === "failed" && !suite.assertionResults.some((test) => test.status === "failed"),
);
const skipped = tests.length - passed - failed;
for (const test of tests.filter((test) => test.status !== "passed" && test.status !== "failed")) console.log(`skipped: ${test.fullName}`);
for (const suite of broken) console.log(`failed to load: ${suite.name}`);
console.log(`${passed} passed, ${failed + broken.length} failed, ${skipped} skipped`);
if (failed + broken.length > 0 || passed === 0 || report.success !== true) process.exit(1);
