import type { Guard } from "./guard.ts";

/** What is said outside: to whom, where, how often, and in whose words. */
export const NOTIFY: readonly Guard[] = [
  {
    threat: "T95",
    file: "src/gate/notify-targets.ts",
    guard: 'return "the target is set up for other accounts";',
    without: "return null;",
    test: "test/gate/notify-targets.test.ts",
  },
  {
    threat: "T83",
    file: "src/notify/index.ts",
    guard: 'redirect: "manual",',
    without: 'redirect: "follow",',
    test: "test/notify/notifier.test.ts",
  },
  {
    threat: "T88",
    file: "src/report/notification.ts",
    guard: "const escaped = SLACK[character] ?? character;",
    without: "const escaped = character;",
    test: "test/report/notification.test.ts",
  },
  {
    threat: "T88",
    file: "src/report/notification.ts",
    guard: 'type: "plain_text", text: slackText(linesOf(told).join("\\n")), emoji: false',
    without: 'type: "mrkdwn", text: slackText(linesOf(told).join("\\n"))',
    test: "test/report/notification.test.ts",
  },
  {
    threat: "T63",
    file: "src/store/verbs/notify.ts",
    guard: "once: [held.key, saved.headSha, asked],",
    without: "once: [held.key, saved.evaluationId, asked],",
    test: "test/store/notifications.test.ts",
    named: "tells once for each head",
    slow: true,
  },
  {
    threat: "T63",
    file: "src/store/verbs/notifications.ts",
    guard: "array['bypass', 'override', 'overdue', 'pending']",
    without: "array['pending', 'overdue', 'override', 'bypass']",
    test: "test/store/notifications.test.ts",
    named: "before any number of pull requests that wait",
    slow: true,
  },
  {
    threat: "T81",
    file: "src/store/notifications.ts",
    guard: ".catch(() => null)",
    without: "",
    test: "test/store/notifications.test.ts",
    named: "takes no other along",
    slow: true,
  },
];
