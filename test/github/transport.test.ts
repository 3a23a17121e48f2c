import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createTransport } from "../../src/github/transport.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const headers = { authorization: "token secret" };

describe("createTransport", () => {
  it("follows GitHub's redirect of a renamed repository inside the server", async () => {
    const url = await serve((request, response) => {
      if (request.url === "/repos/old/x") response.writeHead(301, { location: "/repositories/7" }).end();
      else response.end(request.headers.authorization);
    });
    const answer = await createTransport(url, 1_000)(`${url}/repos/old/x`, { headers });
    expect([answer.status, await answer.text()]).toEqual([200, "token secret"]);
  });

  it("takes no redirect to another origin, and sends it nothing", async () => {
    const seen: unknown[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers);
      response.end("{}");
    });
    const url = await serve((_, response) => response.writeHead(302, { location: `${other}/steal` }).end());
    await expect(createTransport(url, 1_000)(`${url}/repos/a/b`, { headers })).rejects.toThrow("not the configured GitHub");
    expect(seen).toEqual([]);
  });

  it("stays below the path of an Enterprise server's API", async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: "/login" }).end());
    await expect(createTransport(`${url}/api/v3`, 1_000)(`${url}/api/v3/meta`, {})).rejects.toThrow("not the configured GitHub");
    await expect(createTransport(`${url}/api/v3`, 1_000)(`${url}/api/v3x/meta`, {})).rejects.toThrow("not the configured GitHub");
  });

  it("ends a ring of redirects", async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: "/again" }).end());
    await expect(createTransport(url, 1_000)(`${url}/start`, {})).rejects.toThrow("too many redirects");
  });

  it("does not repeat a write that was redirected as a read would be", async () => {
    let calls = 0;
    const url = await serve((_, response) => {
      calls += 1;
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const answer = await createTransport(url, 1_000)(`${url}/repos/a/b/check-runs`, { method: "POST", body: "{}" });
    expect([answer.status, calls]).toEqual([302, 1]);
  });

  it.each(["headers", "body"])("gives up on a server that hangs in its %s", async (part) => {
    const url = await serve((_, response) => {
      if (part === "body") response.write('{"half":');
    });
    const reading = createTransport(url, 50)(url, {}).then((answer) => answer.text());
    await expect(reading).rejects.toThrow(/timeout|aborted/i);
  });

  const HOSTILE = [
    ..."127.0.0.1 127.1 0.0.0.0 169.254.169.254 [::1] [::ffff:169.254.169.254] 10.0.0.1 192.168.0.1 localhost metadata.google.internal 2130706433".split(
      " ",
    ),
    ..."api.github.com.evil.test evil.test github.com raw.githubusercontent.com api.github.com@evil.test api.github.co".split(" "),
    ..."api.github.com:8443 api.github.com. xn--pi-github-43f.com api-github.com sub.api.github.com 0x7f000001 [fd00::1]".split(" "),
  ];
  it.each([
    ...HOSTILE.map((host) => `https://${host}/repos/a/b`),
    "http://api.github.com/repos/a/b",
    "file:///etc/passwd",
    "data:application/json,{}",
    "ftp://api.github.com/",
  ])("never calls %s", async (address) => {
    await expect(createTransport("https://api.github.com", 1_000)(address, { headers })).rejects.toThrow("not the configured GitHub");
  });
});
