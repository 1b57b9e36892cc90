/** @file Completion for fish. */

import type { CommandOutline, OptionOutline, Values } from "./outline.ts";

/** The script; `l2e completion fish > ~/.config/fish/completions/l2e.fish` installs it. */
export function fishCompletion(commands: readonly CommandOutline[]): string {
  const known = commands.filter(({ at }) => at !== "").map(({ at }) => quoted(at));
  return `# Completion of l2e for fish, made by: l2e completion fish

function __l2e_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        set -l key (string trim -- "$at $word")
        if contains -- "$key" ${known.join(" ")}
            set at $key
        end
    end
    test "$at" = "$argv[1]"
end

complete -c l2e -f
${commands.flatMap(lines).join("\n")}
`;
}

function lines({ at, commands, options, values }: CommandOutline): string[] {
  const here = `complete -c l2e -n ${quoted(`__l2e_at "${at}"`)}`;
  const words = values.words.length === 0 ? "" : ` -a ${quoted(values.words.join(" "))}`;
  return [
    ...commands.map(({ name, summary }) => `${here} -a ${name} -d ${quoted(summary)}`),
    ...(values.paths === "none" && words === "" ? [] : [`${here}${words}${argumentPaths(values)}`]),
    ...options.map((option) => `${here}${optionWords(option)}`),
  ];
}

function argumentPaths({ paths }: Values): string {
  if (paths === "files") return " -F";
  return paths === "folders" ? ` -a ${quoted("(__fish_complete_directories)")}` : "";
}

function optionWords({ flags, description, values }: OptionOutline): string {
  const names = flags.map((flag) =>
    flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  return `${names.join("")}${values === undefined ? "" : optionValues(values)} -d ${quoted(description)}`;
}

/** `-x`: a value and no file, `-r -F`: a value that may be a file. */
function optionValues({ words, paths }: Values): string {
  const choices = [...words, ...(paths === "folders" ? ["(__fish_complete_directories)"] : [])];
  return `${paths === "files" ? " -r -F" : " -x"}${choices.length === 0 ? "" : ` -a ${quoted(choices.join(" "))}`}`;
}

/** A text as one word of fish. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
