import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { l2e, start } from "./run.ts";

const checkpoint = resolve("checkpoints/fokker-planck-2d");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-play-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("l2e play", () => {
  it("serves one page, to this machine alone, until it is interrupted", async () => {
    const { child, texts, finished } = start(folder, "play", "--json");
    await expect.poll(() => texts.stdout, { timeout: 60_000 }).toMatch(/\n$/);
    const { url } = JSON.parse(texts.stdout) as { url: string };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await fetch(url);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await page.text()).toContain("<title>Ornstein–Uhlenbeck in the plane</title>");
    expect((await fetch(`${url}etc/passwd`)).status).toBe(404);
    child.kill("SIGINT");
    expect(await finished).toMatchObject({ code: 0 });
  });

  it("says when the port is taken", async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await l2e(folder, "play", checkpoint, "--port", String(port));
    expect([code, stderr]).toEqual([2, `error: --port ${port} is taken. Take another, or leave it out.\n`]);
    await new Promise((closed) => other.close(closed));
  });
});

describe("l2e export", () => {
  it("writes the page and the models", async () => {
    const words = ["--html", "pages/play.html", "--onnx", "models", "--json"];
    const { code, stdout } = await l2e(folder, "export", checkpoint, ...words);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      files: {
        playground: "pages/play.html",
        operator: join("models", "operator.onnx"),
        field: join("models", "field.onnx"),
      },
    });
    expect((await readdir(join(folder, "models"))).sort()).toEqual(["field.onnx", "operator.onnx"]);
    const page = await readFile(join(folder, "pages/play.html"), "utf8");
    expect(page.match(/<script/g)?.length).toBe(5);
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
  });
});
