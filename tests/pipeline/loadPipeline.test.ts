import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPipeline, pipelineNames } from "../../src/pipeline/loadPipeline.ts";

let folder: string;
const write = (name: string, text: string) => writeFile(join(folder, name), text);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-pipelines-"));
  const fields = `name: "heat", title: "t", summary: "s", trains: false, settings: {}, presets: {}, expected: {},
    problem: () => ({}), evaluations: () => []`;
  await write("heat.mjs", `export default { ${fields} };`);
  await write("unnamed.mjs", `export default { ${fields.replace('"heat"', '"../heat"')} };`);
  await write("incomplete.mjs", `export default { name: "incomplete", title: "t", summary: "s" };`);
  await write("nothing.mjs", "export const pipeline = 1;");
  await write("throws.mjs", 'throw new Error("no such thing\\nas a stack");');
  await write("notes.txt", "not a pipeline");
});
afterAll(() => rm(folder, { recursive: true }));

describe("pipelines by name", () => {
  it("are the scripts of the folder", async () => {
    expect(await pipelineNames(folder)).toEqual(["heat", "incomplete", "nothing", "throws", "unnamed"]);
    expect(await pipelineNames(join(folder, "missing"))).toEqual([]);
    expect((await loadPipeline("heat", folder)).name).toBe("heat");
  });

  it("an unknown one is answered with the nearest and all", async () => {
    await expect(loadPipeline("heet", folder)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[InputError: unknown pipeline "heet". Did you mean "heat"? Pipelines: heat, incomplete, nothing, throws, unnamed; one of your own is given by its path, ./heet.ts.]`,
    );
  });
});

describe("pipelines by path", () => {
  it("loads a file", async () => {
    expect((await loadPipeline(join(folder, "heat.mjs"))).name).toBe("heat");
  });

  it.each([
    ["missing.ts", "there is no such file."],
    ["notes.txt", "expected a file that ends in .ts, .mts, .js, .mjs."],
    ["nothing.mjs", 'the file has no default export. End it with "export default definePipeline({ … })".'],
    ["incomplete.mjs", 'field "trains" must be of type boolean, got undefined.'],
    ["unnamed.mjs", 'field "name" names folders, so it must be letters, digits, - and _, got "../heat".'],
    ["throws.mjs", "it cannot be imported: no such thing."],
  ])("%s: %s", async (name, message) => {
    const path = join(folder, name);
    await expect(loadPipeline(path)).rejects.toMatchObject({
      name: "InputError",
      message: `pipeline ${path}: ${message}`,
    });
  });
});
