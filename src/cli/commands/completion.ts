/** @file `l2e completion`: scripts that let a shell complete the words of this command line. */

import type { Command } from "commander";
import { check, didYouMean } from "../../check/check.ts";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { type CommandOutline, outline, type Placeholders } from "../completion/outline.ts";
import { zshCompletion } from "../completion/zsh.ts";
import { print } from "../showResult.ts";

const scripts: Readonly<Record<string, (commands: readonly CommandOutline[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const examples = `
Examples:
  source <(l2e completion bash)                    in ~/.bashrc
  source <(l2e completion zsh)                     in ~/.zshrc, after compinit
  l2e completion fish > ~/.config/fish/completions/l2e.fish

Completes commands, options, pipelines, presets, engines, the settings of --set and --grid, files and folders. The
script is complete in itself: no process starts when you press Tab. Make it again after an update.`;

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .summary("print a script that completes l2e's words in your shell")
    .description("Prints a script for bash, zsh or fish that completes the words of l2e.")
    .argument("<bash|zsh|fish>", "your shell")
    .addHelpText("after", examples)
    .action(async (shell: string) => {
      const known = Object.keys(scripts);
      check(
        known.includes(shell),
        () => `completion: expected ${known.join(", ")}, got "${shell}".${didYouMean(shell, known)}`,
      );
      print(scripts[shell](outline(program, await placeholders())).trimEnd());
    });
}

/** What the placeholders of the commands' help stand for. */
async function placeholders(): Promise<Placeholders> {
  const { engineNames } = await import("../../engine/engine.ts");
  const { pipelineNames } = await import("../../pipeline/loadPipeline.ts");
  const { presetNames, settingPaths } = await import("../../pipeline/resolveSettings.ts");
  const settings = { words: settingPaths().map(({ path }) => `${path}=`) };
  return {
    pipeline: { words: await pipelineNames(), paths: "files" },
    preset: { words: presetNames },
    engine: { words: ["auto", ...engineNames] },
    "path=value": settings,
    "path=a,b": settings,
    file: { paths: "files" },
    path: { paths: "files" },
    folder: { paths: "folders" },
    checkpoint: { paths: "folders" },
    run: { paths: "folders" },
  };
}
