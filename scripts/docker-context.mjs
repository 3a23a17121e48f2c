// docker-context.mjs <checkout> <target>: copies the build context, as .dockerignore allows it.
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [checkout, target] = process.argv.slice(2);
const rules = readFileSync(join(checkout, ".dockerignore"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
if (rules[0] !== "*" || rules.slice(1).some((rule) => !/^![\w.-]+$/.test(rule)))
  throw new Error(".dockerignore must be `*` followed by `!name` lines: this script knows no other pattern");
for (const name of rules.slice(1).map((rule) => rule.slice(1)))
  if (existsSync(join(checkout, name))) cpSync(join(checkout, name), join(target, name), { recursive: true });
cpSync(join(checkout, "Dockerfile"), join(target, "Dockerfile"));
