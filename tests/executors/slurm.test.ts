import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { slurmExecutor } from "../../src/executors/slurm.ts";
import { parseSlurmOption, slurmWords } from "../../src/executors/slurmOptions.ts";
import { testFolder } from "../files/folder.ts";

const stages = ["generate", "train"];
const parse = (...texts: string[]) => texts.map((text) => parseSlurmOption(text, stages));

describe("options for Slurm", () => {
  it("hold for all stages or for one, the latter before the former, and both before the defaults", () => {
    const options = parse("time=30", "train.time=60", "train.exclusive", "signal=B:USR2@300", "wckey=a=b");
    const common = ["--requeue", "--open-mode=append", "--signal=B:USR2@300"];
    expect(slurmWords(options, "generate")).toEqual([...common, "--time=30", "--wckey=a=b"]);
    expect(slurmWords(options, "train")).toEqual([...common, "--time=60", "--wckey=a=b", "--exclusive"]);
  });

  it("are refused where they cannot be meant", () => {
    expect(() => parse("array=1-3")).toThrow("--slurm-opt array=1-3: array is set by l2e itself.");
    expect(() => parse("tarin.time=1")).toThrow(
      '--slurm-opt tarin.time=1: there is no stage "tarin". Stages: generate, train.',
    );
    expect(() => parse("--time=1")).toThrow("--slurm-opt takes name=value or stage.name=value");
  });
});

describe("job arrays", () => {
  async function recording(answers: Record<string, (words: readonly string[]) => string> = {}) {
    const calls: { command: string; words: readonly string[]; input: string | undefined }[] = [];
    const logs = await testFolder();
    let job = 100;
    const executor = slurmExecutor({
      program: ["/usr/bin/node", "/opt/it's/l2e.js"],
      logs,
      options: parse("train.time=60"),
      async call(command, words, input) {
        calls.push({ command, words, input });
        return answers[command]?.(words) ?? (command === "sbatch" ? `${job++};cluster\n` : "");
      },
    });
    return { executor, calls, logs };
  }
  const tasks = { stage: "generate", words: ["shard", "tiny"], indices: [0, 2], of: 3 };

  it("run the command with the index of the task, one stage after the other", async () => {
    const { executor, calls, logs } = await recording();
    const first = await executor.submit(tasks);
    await executor.submit({ ...tasks, stage: "train", indices: [0], of: 1, after: first });
    expect(calls.shift()?.command).toBe("squeue"); // nothing is left from before
    expect(calls[0].input).toBe(
      `#!/bin/sh\nexec /usr/bin/node '/opt/it'\\''s/l2e.js' shard tiny --index "$SLURM_ARRAY_TASK_ID" --of 3\n`,
    );
    expect(calls[0].words).toEqual(
      expect.arrayContaining(["--array=0,2", "--requeue", `--output=${join(logs, "generate-%A_%a.log")}`]),
    );
    expect(calls[1].words).toEqual(
      expect.arrayContaining(["--dependency=afterok:100", "--kill-on-invalid-dep=yes", "--time=60"]),
    );
    expect(first.log(2)).toBe(join(logs, "generate-100_2.log"));
  });

  it("are several where one would be too long", async () => {
    const { executor, calls, logs } = await recording();
    const submission = await executor.submit({ ...tasks, indices: [0, 999, 1000, 10_000], of: 10_001 });
    expect(submission.ids).toEqual(["100", "101", "102"]);
    calls.shift();
    expect(calls.map(({ words }) => words.find((word) => word.startsWith("--array")))).toEqual([
      "--array=0,999",
      "--array=0",
      "--array=0",
    ]);
    expect(calls[2].input).toContain('--index "$((SLURM_ARRAY_TASK_ID + 10000))" --of 10001');
    expect(submission.log(1000)).toBe(join(logs, "generate-101_0.log"));
  });

  it("are waited for while the queue has them or does not answer", async () => {
    const replies = ["", "PENDING\nRUNNING\n", new Error("Unable to contact slurm controller"), ""];
    const { executor, calls } = await recording({
      squeue() {
        const reply = replies.shift();
        if (reply instanceof Error) throw reply;
        return reply ?? "";
      },
    });
    await executor.wait(await executor.submit(tasks));
    expect(calls.filter(({ command }) => command === "squeue")).toHaveLength(4);
  });

  it("that an earlier command for the same folder has left are cancelled first, and those of others are not", async () => {
    let cancelled = false;
    const { executor, calls, logs } = await recording({
      squeue: (words) =>
        words.includes("--me") ? `7 ${logs}\n7 ${logs}\n8 /other\n9 (null)\n` : cancelled ? "" : "R",
      scancel() {
        cancelled = true;
        return "";
      },
    });
    await executor.submit(tasks);
    await executor.submit(tasks);
    expect(calls.map(({ command }) => command)).toEqual(["squeue", "scancel", "squeue", "sbatch", "sbatch"]);
    expect(calls[1].words).toEqual(["7"]);
  });

  it("that the queue has forgotten have ended", async () => {
    const { executor } = await recording({
      squeue() {
        throw new Error("slurm_load_jobs error: Invalid job id specified");
      },
    });
    await executor.wait(await executor.submit(tasks));
  });
});
