import { describe, expect, it } from "vitest";
import { proxyFor, proxyName } from "../../src/network/proxy-for.ts";

const BOTH = { HTTPS_PROXY: "http://secure.example:3128", HTTP_PROXY: "http://plain.example:3128" };

describe("the proxy of a URL", () => {
  it.each([
    ["https://hub.example/x", BOTH, "http://secure.example:3128"],
    ["http://hub.example/x", BOTH, "http://plain.example:3128"],
    ["https://hub.example", { HTTP_PROXY: "http://plain.example" }, undefined],
    ["https://hub.example", { ...BOTH, https_proxy: "http://small.example" }, "http://small.example"],
    ["https://hub.example", { HTTPS_PROXY: "bare.example:8080" }, "http://bare.example:8080"],
    ["https://hub.example", { HTTPS_PROXY: " " }, undefined],
    ["https://hub.example", {}, undefined],
  ])("%s with %o is %s", (url, variables, expected) => {
    expect(proxyFor(url, variables)).toBe(expected);
  });

  it.each([
    ["*", true],
    ["gpu.internal", true],
    ["GPU.Internal", true],
    [".internal", true],
    ["*.internal", true],
    ["internal", true],
    ["other.example, gpu.internal", true],
    ["other.example gpu.internal", true],
    ["gpu.internal:8000", true],
    ["gpu.internal:8001", false],
    ["pu.internal", false],
    ["gpu", false],
    ["", false],
  ])("NO_PROXY %j spares http://gpu.internal:8000: %s", (entry, spared) => {
    const found = proxyFor("http://gpu.internal:8000/v1", { ...BOTH, NO_PROXY: entry });
    expect(found === undefined).toBe(spared);
  });

  it.each([
    ["http://127.0.0.1:8000", "127.0.0.1"],
    ["http://[::1]:8000", "::1"],
    ["http://[::1]:8000", "[::1]:8000"],
    ["https://hub.example", "hub.example:443"],
  ])("%s is spared by %s", (url, entry) => {
    expect(proxyFor(url, { ...BOTH, NO_PROXY: entry })).toBeUndefined();
  });
});

it("a proxy is named without its password", () => {
  expect(proxyName("http://me:s3cret@proxy.example:3128")).toBe("proxy.example:3128");
  expect(proxyName("::")).not.toContain("::");
});
