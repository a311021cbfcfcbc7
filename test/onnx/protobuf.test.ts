import { describe, expect, it } from "vitest";
import {
  floatField,
  integerField,
  messageField,
  readFields,
  readIntegers,
  readText,
  textField,
} from "../../src/onnx/protobuf.ts";

describe("protobuf fields", () => {
  it("reads back what it writes, in order, with the encoded bytes of each field", () => {
    const nested = messageField(2, [textField(1, "Ångström"), integerField(3, 300)]);
    const message = Buffer.concat([integerField(1, 2 ** 40), ...nested, floatField(9, 0.5)]);
    const fields = [...readFields(message)];
    expect(fields.map(({ number, kind }) => [number, kind])).toEqual([
      [1, "varint"],
      [2, "bytes"],
      [9, "fixed"],
    ]);
    expect(Buffer.concat(fields.map(({ encoded }) => encoded)).equals(message)).toBe(true);
    const [number, inner] = fields;
    expect(number?.kind === "varint" && number.value).toBe(2 ** 40);
    const [text, three] = inner?.kind === "bytes" ? [...readFields(inner.bytes)] : [];
    expect(text && readText(text)).toBe("Ångström");
    expect(three && readIntegers(three)).toEqual([300]);
  });

  it("writes the example of the encoding guide: field 1 with the value 150 is 08 96 01", () => {
    // Source: https://protobuf.dev/programming-guides/encoding/, "A Simple Message"
    expect(Array.from(integerField(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(Array.from(textField(2, "testing"))).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  });

  it("writes -1 as ten bytes, as the encoding guide says of negative numbers", () => {
    expect(Array.from(integerField(1, -1))).toEqual([0x08, ...Array(9).fill(0xff), 0x01]);
    expect(Array.from(integerField(1, -2))).toEqual([0x08, 0xfe, ...Array(8).fill(0xff), 0x01]);
  });

  it("reads packed integers", () => {
    const [field] = readFields(Buffer.concat(messageField(4, [Uint8Array.of(3, 0x8e, 0x02, 0x9e, 0xa7, 0x05)])));
    // Source: the encoding guide, "Packed Repeated Fields"
    expect(field && readIntegers(field)).toEqual([3, 270, 86942]);
  });

  it.each([
    ["cut short inside a field", Uint8Array.of(0x12, 0x07, 0x74), "cut short"],
    ["cut short inside a number", Uint8Array.of(0x08, 0x96), "cut short"],
    ["with a group, which ONNX doesn't use", Uint8Array.of(0x0b), "wire type 3"],
    ["with field number 0", Uint8Array.of(0x00, 0x00), "field number 0"],
    ["with an endless number", new Uint8Array(12).fill(0xff), "ten bytes"],
  ])("refuses a message %s", (_, message, words) => {
    expect(() => [...readFields(message)]).toThrow(words);
  });
});
