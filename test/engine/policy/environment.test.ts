import { expect, test } from "vitest";
import { environmentOf } from "../../../src/engine/policy/environment.ts";
import { facts } from "./build.ts";

const NONE = { environments: null };
const subject = (baseRef: string, over = {}) => facts({}, { baseRef, defaultBranch: "trunk", baseProtected: false, ...over }).subject;

test.each([
  ["trunk", "production", "trunk"],
  ["main", "production", "main"],
  ["live", "production", "live"],
  ["release/2026/11", "production", "release/**"],
  ["stage", "staging", "stage"],
  ["preprod", "staging", "preprod"],
  ["develop", "development", "develop"],
  ["test", "development", "test"],
])("%s is %s (%s)", (base, environment, pattern) => {
  expect(environmentOf(subject(base), NONE, [])).toEqual({ environment, pattern });
});

test("another protected branch is production under its own name; anything else is ungoverned", () => {
  expect(environmentOf(subject("hotfix", { baseProtected: true }), NONE, [])).toEqual({ environment: "production", pattern: "hotfix" });
  expect(environmentOf(subject("hotfix"), NONE, ["production"])).toBeNull();
  expect(environmentOf(subject("Main"), NONE, [])).toBeNull();
});

test("a default branch is production whatever its name", () => {
  expect(environmentOf(subject("develop", { defaultBranch: "develop" }), NONE, [])?.environment).toBe("production");
});

test("configured patterns replace the defaults, the stricter environment first", () => {
  const config = { environments: { staging: ["rc/*", "trunk"], production: ["tr*"] } };
  expect(environmentOf(subject("trunk"), config, [])).toEqual({ environment: "production", pattern: "tr*" });
  expect(environmentOf(subject("rc/1"), config, [])).toEqual({ environment: "staging", pattern: "rc/*" });
  expect(environmentOf(subject("main"), config, [])).toBeNull();
});

test("beside an organisation's silence the defaults hold too", () => {
  const config = { environments: { development: ["main", "mine"] }, environmentsBesideDefaults: true };
  expect(environmentOf(subject("main"), config, [])).toEqual({ environment: "production", pattern: "main" });
  expect(environmentOf(subject("mine"), config, [])).toEqual({ environment: "development", pattern: "mine" });
});

test.each([
  [["dev"], "staging"],
  [["prod"], "production"],
  [["live"], "production"],
  [["some-word"], "production"],
  [[], "staging"],
])("contracts that name %j on staging make it %s, under the base's pattern", (named, environment) => {
  expect(environmentOf(subject("staging"), NONE, named)).toEqual({ environment, pattern: "staging" });
});

test("a simulated environment holds, and a stricter contract still wins", () => {
  expect(environmentOf(subject("x", { environment: "dev" }), NONE, [])).toEqual({ environment: "development", pattern: "x" });
  expect(environmentOf(subject("main", { environment: "dev" }), NONE, ["prod"])).toEqual({ environment: "production", pattern: "main" });
});
