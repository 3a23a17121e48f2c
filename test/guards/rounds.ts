import { beforeEach, describe, type TestContext, test } from "vitest";
import { AS_IT_STANDS, BROKEN } from "./guard.ts";

type Task = Pick<TestContext["task"], "name" | "suite">;

/** Names of the tests that failed in a round. */
const failed = new Set<string>();

/** Runs the tests of a file without a guard, until one of them fails. */
export function withoutGuard(title: string, load: () => Promise<unknown>): void {
  let missed = false;
  round(title, load, ({ task, skip, onTestFailed }) => {
    if (missed) skip("the guard is missed already");
    onTestFailed(() => {
      missed = true;
      failed.add(nameOf(task));
    });
  });
}

/** Then those that failed once more, on the code as it stands. */
export function asItStands(load: () => Promise<unknown>): void {
  round(AS_IT_STANDS, load, ({ task, skip }) => {
    if (!failed.has(nameOf(task))) skip("it did not fail");
  });
}

function round(title: string, load: () => Promise<unknown>, before: (now: TestContext) => void): void {
  describe(title, async () => {
    beforeEach(before);
    await load().catch((error) =>
      test(BROKEN, () => {
        throw error;
      }),
    );
  });
}

/** Within its round. */
function nameOf({ suite, name }: Task): string {
  return suite === undefined ? "" : `${nameOf(suite)} > ${name}`;
}
