// docker-steps.mjs <box>: builds <box>/context/Dockerfile into folders, one per stage, then starts and examines the last one.
// Absolute paths of the image are rewritten to lie inside the stage's folder; everything else runs as written.
import { execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, isAbsolute, join } from "node:path";

const box = process.argv[2];
const context = join(box, "context");

try {
  if (process.getuid() === 0) fail("run as root: the image's user is not");
  const stage = build(readFileSync(join(context, "Dockerfile"), "utf8"));
  examine(stage);
  await start(stage, configuration());
  await start(stage, {});
  console.log("docker: all steps ran, the result starts, answers and ends");
} catch (error) {
  console.error(`docker: FAILED: ${error.message}`);
  process.exitCode = 1;
}

function build(text) {
  const stages = new Map();
  const instructions = text
    .replace(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const outside = [...text.matchAll(/^(?:WORKDIR|VOLUME)\s+(\/\S+)/gm)].map((match) => match[1]);
  let current;
  for (const instruction of instructions) {
    console.log(`docker: ${instruction.length > 110 ? `${instruction.slice(0, 109)}…` : instruction}`);
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(instruction) ?? fail(`cannot read: ${instruction}`);
    if (word === "FROM") current = from(rest, stages, outside);
    else if (word === "WORKDIR") {
      current.workdir = rest;
      mkdirSync(current.inside(rest), { recursive: true });
    } else if (word === "ENV") {
      const [, name, value] = /^(\w+)=(\S+)$/.exec(rest) ?? fail(`write one NAME=value per ENV: ${rest}`);
      current.env[name] = current.rewrite(value);
    } else if (word === "COPY") copy(rest, current, stages);
    else if (word === "RUN") run(rest, current);
    else if (word === "USER") current.user = rest;
    else if (word === "VOLUME") current.volumes.push(rest);
    else if (word === "HEALTHCHECK") current.health = JSON.parse(/\bCMD\s+(\[.*\])$/.exec(rest)?.[1] ?? fail("HEALTHCHECK without CMD"));
    else if (word === "CMD") current.command = JSON.parse(rest);
    else if (word !== "EXPOSE" && word !== "LABEL") fail(`an instruction this script does not know: ${word}`);
  }
  return current;
}

function from(rest, stages, outside) {
  const [, image, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(rest) ?? fail(`cannot read FROM ${rest}`);
  if (!/^node:24\b/.test(image)) fail(`the base is ${image}, not node:24`);
  const root = join(box, "stages", name ?? String(stages.size));
  mkdirSync(root, { recursive: true });
  const inside = (path) => join(root, path);
  const imagePaths = new RegExp(`(?<![\\w./-])(${outside.join("|")})(?=[/\\s"'&;]|$)`, "g");
  const stage = {
    root,
    inside,
    rewrite: (value) => value.replace(imagePaths, (path) => inside(path)),
    workdir: "/",
    env: {},
    volumes: [],
  };
  if (name !== undefined) stages.set(name, stage);
  return stage;
}

function copy(rest, stage, stages) {
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith("--"));
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = paths.pop();
  const other = flags.find((flag) => flag.startsWith("--from="))?.slice(7);
  const source = other === undefined ? context : (stages.get(other)?.root ?? fail(`COPY --from=${other}: no such stage`));
  const to = stage.inside(isAbsolute(target) ? target : join(stage.workdir, target));
  for (const path of paths) {
    const origin = join(source, path);
    if (!existsSync(origin)) fail(`COPY ${path}: not there (is it in .dockerignore's list and in the checkout?)`);
    const intoFolder = target.endsWith("/") || paths.length > 1;
    cpSync(origin, intoFolder && !statSync(origin).isDirectory() ? join(to, basename(path)) : to, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

function run(command, stage) {
  execFileSync("/bin/sh", ["-ec", stage.rewrite(command)], {
    cwd: stage.inside(stage.workdir),
    env: { ...process.env, ...stage.env },
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** Production only: what a release must not carry is not there. */
function examine(stage) {
  const app = (path) => join(stage.inside(stage.workdir), path);
  if (stage.user === undefined || /^(root|0)(:|$)/.test(stage.user)) fail("the last stage runs as root");
  if (stage.volumes.length === 0) fail("no volume for the data");
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(app("package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) if (!existsSync(app(`node_modules/${name}`))) fail(`dependency ${name} is missing`);
  // A development dependency may also be somebody's dependency in production: the lock file knows.
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const onlyHere = Object.keys(devDependencies).filter((name) => packages[`node_modules/${name}`]?.dev === true);
  const unwanted = [...onlyHere, ...Object.keys(optionalDependencies ?? {})].filter((name) => existsSync(app(`node_modules/${name}`)));
  if (unwanted.length > 0) fail(`in the image without need: ${unwanted.join(", ")}`);
  for (const name of ["src", "test", ".git", ".env"]) if (existsSync(app(name))) fail(`${name} is in the image`);
  console.log(
    `docker: ${Object.keys(dependencies).length} dependencies present, ${Object.keys(devDependencies).length} development ones absent`,
  );
}

/** A made-up app: the key and secret are fresh, and its GitHub is a port where nobody listens. */
function configuration() {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const keyPath = join(box, "home", "app.pem");
  writeFileSync(keyPath, privateKey, { mode: 0o600 });
  return { APP_ID: "1", PRIVATE_KEY_PATH: keyPath, WEBHOOK_SECRET: randomBytes(32).toString("hex"), GITHUB_BASE_URL: "http://127.0.0.1:9" };
}

async function start(stage, settings) {
  const port = await freePort();
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...stage.env, HOST: "127.0.0.1", PORT: String(port), ...settings };
  const [program, ...args] = stage.command;
  const child = spawn(program, args, { cwd: stage.inside(stage.workdir), env, stdio: ["ignore", "inherit", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  try {
    await healthy(stage, env, ended);
    const url = `http://127.0.0.1:${port}`;
    const unsigned = await fetch(`${url}/webhooks/github`, {
      method: "POST",
      body: "{}",
      headers: { "x-github-event": "ping", "x-github-delivery": "1" },
    });
    // With an app the signature is missing; without one there is nothing to post to.
    const refused = settings.APP_ID === undefined ? unsigned.status >= 400 : unsigned.status === 401;
    if (!refused) fail(`an unsigned webhook was answered ${unsigned.status}`);
    console.log(`docker: healthy ${settings.APP_ID === undefined ? "without" : "with"} an app; unsigned webhook ${unsigned.status}`);
  } finally {
    child.kill("SIGTERM");
  }
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  const how = await ended;
  clearTimeout(late);
  if (how !== 0) fail(`SIGTERM ended it with ${how}, not 0`);
}

/** Runs the image's own health check until it passes. */
async function healthy(stage, env, ended) {
  const [program, ...args] = stage.health ?? fail("no HEALTHCHECK");
  const deadline = Date.now() + 60_000;
  let exit;
  ended.then((how) => {
    exit = how;
  });
  while (Date.now() < deadline) {
    if (exit !== undefined) fail(`the server ended with ${exit} before it was healthy`);
    try {
      execFileSync(program, args, { env, stdio: "ignore" });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  fail("not healthy within 60 s");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function fail(message) {
  throw new Error(message);
}
