import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { inTurn } from "../../src/check/check.ts";

describe("reading in turn", () => {
  it("keeps the order, and one is read after another", async () => {
    let reading = 0;
    const read = async (delay: number, index: number) => {
      expect(++reading).toBe(1);
      await pause(delay);
      reading--;
      return [delay, index];
    };
    expect(await inTurn([4, 1, 2], read)).toEqual([
      [4, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it("tells of the first fault in the order given, though a later one shows sooner", async () => {
    const slowFirst = async (name: string) => {
      await pause(name === "first" ? 20 : 0);
      throw new Error(name);
    };
    await expect(inTurn(["first", "second"], slowFirst)).rejects.toThrow("first");
  });
});
