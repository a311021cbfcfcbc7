import { describe, expect, it } from "vitest";
import { hubSettings } from "../../src/hub/hub-settings.ts";

const HOME = "/home/somebody";

describe("settings of the hub", () => {
  it("are those of the Hugging Face libraries by default", () => {
    expect(hubSettings({}, HOME)).toEqual({
      endpoint: "https://huggingface.co",
      token: undefined,
      folder: "/home/somebody/.cache/huggingface/quantgate",
      offline: false,
    });
  });

  it("come from the environment", () => {
    const env = {
      HF_ENDPOINT: "http://mirror:8080/hub/",
      HF_TOKEN: " hf_abc\n",
      HF_HOME: "/data/hf",
      HF_HUB_OFFLINE: "1",
    };
    expect(hubSettings(env, HOME)).toEqual({
      endpoint: "http://mirror:8080/hub",
      token: "hf_abc",
      folder: "/data/hf/quantgate",
      offline: true,
    });
    expect(hubSettings({ XDG_CACHE_HOME: "/var/cache" }, HOME).folder).toBe("/var/cache/huggingface/quantgate");
  });

  it("may be offline by a flag, whatever the environment says", () => {
    expect(hubSettings({ HF_HUB_OFFLINE: "0" }, HOME, { offline: true }).offline).toBe(true);
    expect(hubSettings({ HF_HUB_OFFLINE: "true" }, HOME, { offline: false }).offline).toBe(false);
    expect(hubSettings({ HF_HUB_OFFLINE: "off" }, HOME).offline).toBe(false);
  });

  it("take empty variables for unset ones", () => {
    expect(hubSettings({ HF_ENDPOINT: "", HF_TOKEN: "  ", HF_HOME: "" }, HOME)).toEqual(hubSettings({}, HOME));
  });

  it.each(["huggingface.co", "ftp://hub", "file:///etc"])("refuse the address %s", (endpoint) => {
    expect(() => hubSettings({ HF_ENDPOINT: endpoint }, HOME)).toThrow(endpoint);
  });
});
