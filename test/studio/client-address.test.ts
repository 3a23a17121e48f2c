import { Hono } from "hono";
import { expect, test } from "vitest";
import { createClientAddress } from "../../src/studio/client-address.ts";

const TRUSTED = ["10.0.0.0/8", "2001:db8:1::/48"];

test.each([
  ["the peer", [], "192.0.2.7", undefined, "192.0.2.7"],
  ["the peer, whatever it forwards", [], "192.0.2.7", "198.51.100.1", "192.0.2.7"],
  ["the peer that is no proxy of ours", TRUSTED, "192.0.2.7", "198.51.100.1", "192.0.2.7"],
  ["the last hop before our proxy", TRUSTED, "10.1.2.3", "203.0.113.9, 198.51.100.1", "198.51.100.1"],
  ["the last hop before two of them", TRUSTED, "10.1.2.3", "203.0.113.9, 198.51.100.1, 10.9.9.9", "198.51.100.1"],
  ["the proxy itself, when it forwards nothing", TRUSTED, "10.1.2.3", undefined, "10.1.2.3"],
  ["nothing before what is no address", TRUSTED, "10.1.2.3", "203.0.113.9, evil", "10.1.2.3"],
  ["a mapped address as itself", TRUSTED, "::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"],
  ["IPv6 by its /64", [], "2001:db8:2:3:4:5:6:7", undefined, "2001:db8:2:3::/64"],
  ["short IPv6 by its /64", TRUSTED, "2001:db8:1::5", "2001:db8:9::1", "2001:db8:9:0::/64"],
  ["no peer at all", [], undefined, "198.51.100.1", "unknown"],
])("T101: a request counts for %s", async (_, trusted, remoteAddress, forwarded, counts) => {
  const address = createClientAddress(trusted);
  const app = new Hono().get("/", (context) => context.text(address(context)));
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  const env = remoteAddress === undefined ? {} : { incoming: { socket: { remoteAddress } } };
  expect(await (await app.request("/", { headers }, env)).text()).toBe(counts);
});

test.each(["10.0.0.0/33", "10.0.0", "10.0.0.0/0", "10.0.0.0/8/8", "proxy.example"])("%s is refused as a proxy", (range) => {
  expect(() => createClientAddress([range])).toThrow("no address");
});
