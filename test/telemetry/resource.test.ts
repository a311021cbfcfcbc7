import { describe, expect, it } from "vitest";
import { resourceOf } from "../../src/telemetry/resource.ts";

const standard = { "service.name": "quantgate", "service.version": "1.2.3" };

describe("who tells", () => {
  it("is the standard one where the environment says nothing", () => {
    expect(resourceOf(standard, {}).attributes).toMatchObject(standard);
  });

  it("is named by OTEL_SERVICE_NAME, before the attributes", () => {
    const attributes = {
      OTEL_RESOURCE_ATTRIBUTES: "service.name=other,team=a%20b, zone = x=y ,broken,=none,bad=%E0%A4%A",
    };
    expect(resourceOf(standard, attributes).attributes).toMatchObject({
      "service.name": "other",
      "service.version": "1.2.3",
      team: "a b",
      zone: "x=y",
      bad: "%E0%A4%A",
    });
    expect(Object.keys(resourceOf(standard, attributes).attributes)).not.toContain("broken");
    expect(resourceOf(standard, { ...attributes, OTEL_SERVICE_NAME: "mine" }).attributes["service.name"]).toBe("mine");
    expect(resourceOf(standard, { OTEL_SERVICE_NAME: " " }).attributes["service.name"]).toBe("quantgate");
  });

  it("is merged with another, which counts more", () => {
    const merged = resourceOf(standard, {}).merge(resourceOf({ "service.name": "b" }, {}));
    expect(merged.attributes).toMatchObject({ "service.name": "b", "service.version": "1.2.3" });
    expect(merged.getRawAttributes()).toContainEqual(["service.name", "b"]);
  });
});
