/** @file Who may join a job, and how long it waits. */

import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { connection } from "../../src/ranks/connection.ts";
import type { Identity } from "../../src/ranks/handshake.ts";
import { PROTOCOL_VERSION } from "../../src/ranks/messages.ts";
import { hubFor, identity, member, patience } from "./job.ts";

/** Sends bytes and gives what comes back until the other side closes. */
function stray(at: { readonly host: string; readonly port: number }, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(at, () => socket.write(text));
    socket.on("data", (bytes) => {
      answer += bytes.toString();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

describe("joining", () => {
  it.each([
    ["another token", { token: "a guess at the secret" }, /it has another token \(L2E_RANKS_TOKEN\)/],
    ["another version", { identity: { version: "1.2.4" } }, /its version is "1.2.4", and rank 0's "1.2.3"/],
    ["another run", { identity: { run: "other" } }, /its run is "other", and rank 0's "tiny"/],
    ["other settings", { identity: { settings: "ef".repeat(32) } }, /its settings is "(ef)+", and rank 0's/],
    [
      "another engine",
      { identity: { engine: "onnx: 2 threads" } },
      /its engine is "onnx: 2 threads", and rank 0's/,
    ],
    ["another number of ranks", { identity: { ranks: 5 } }, /its ranks is 5, and rank 0's 3/],
    ["a rank that there is not", { rank: 3 }, /it calls itself rank 3, and ranks 1 to 2 are to join/],
    ["rank 0 again", { rank: 0 }, /it calls itself rank 0/],
  ] as const)("is refused with %s, and the job goes on waiting", async (_, wrong, reason) => {
    const refused: string[] = [];
    const hub = await hubFor({ onRefused: (text) => refused.push(text) });
    const changed = {
      ...wrong,
      identity: { ...identity, ...("identity" in wrong ? wrong.identity : {}) } as Identity,
    };
    expect(await member(hub, 1, changed)).toMatch(reason);
    expect(refused[0]).toMatch(/^refused a connection from 127\.0\.0\.1:\d+: /);
    const others = [member(hub, 1), member(hub, 2)];
    await hub.joined();
    hub.finish();
    expect(await Promise.all(others)).toEqual(["done", "done"]);
  });

  it("is refused twice under one number", async () => {
    const hub = await hubFor();
    const [first, again] = [member(hub, 1), member(hub, 1)];
    const other = member(hub, 2);
    await hub.joined();
    hub.finish();
    const ends = await Promise.all([first, again, other]);
    expect(ends.filter((end) => end === "done")).toHaveLength(2);
    expect(ends.find((end) => end !== "done")).toMatch(/rank 1 has joined already/);
  });

  it("is nothing that a browser or noise can do, and costs the job nothing", async () => {
    const refused: string[] = [];
    const hub = await hubFor({ onRefused: (text) => refused.push(text) });
    await stray(hub, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await stray(hub, '\u000e\u0000\u0000\u0000\u0000\u0000\u0000\u0000{"kind":"beat"');
    // A length of payload that a stranger may not ask memory for.
    await stray(hub, "\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0001{}");
    expect(refused).toHaveLength(3);
    for (const text of refused) expect(text).toMatch(/what came is not the protocol of ranks/);
    const others = [member(hub, 1), member(hub, 2)];
    await hub.joined();
    hub.finish();
    expect(await Promise.all(others)).toEqual(["done", "done"]);
  });

  it("does not take whatever welcomes it for rank 0", async () => {
    const server = createServer(async (socket) => {
      const visitor = connection(socket, patience);
      visitor.send({ kind: "challenge", protocol: PROTOCOL_VERSION, nonce: "00".repeat(32) });
      await visitor.expect("hello");
      visitor.send({ kind: "welcome", proof: "00".repeat(32) });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await member({ host: "127.0.0.1", port, ranks: 3 }, 1)).toMatch(
      /^rank 1: what answers at 127\.0\.0\.1:\d+ does not know the token of this job\.$/,
    );
    server.close();
  });
});

describe("waiting", () => {
  it("ends with the names of those who have not come", async () => {
    const hub = await hubFor({ identity: { ...identity, ranks: 4 }, patience: { join: 300, silence: 5000 } });
    const other = member(hub, 2);
    await expect(hub.joined()).rejects.toThrow(
      /^of 4 ranks, 1, 3 did not join within 0.3 s at 127\.0\.0\.1:\d+\.$/,
    );
    expect(await other).toMatch(/rank 0 has stopped the training: of 4 ranks, 1, 3 did not join/);
  });

  it("for a rank 0 that does not come ends too", async () => {
    const hub = await hubFor();
    hub.fail(new Error("over"));
    expect(await member(hub, 1, { patience: { join: 300, silence: 5000 } })).toMatch(
      /^rank 1: rank 0 was not to be reached at 127\.0\.0\.1:\d+ within 0.3 s/,
    );
  });

  it("on an address that is taken is an error that says so", async () => {
    const hub = await hubFor();
    await expect(hubFor({ port: hub.port })).rejects.toThrow(
      /rank 0 cannot listen at 127\.0\.0\.1:\d+: .*EADDRINUSE/,
    );
    hub.finish();
  });
});
