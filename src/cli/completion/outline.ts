/** @file The commands of a program as plain data, with what may stand in each place: what completion scripts are made of. */

import type { Command, Option } from "commander";

/** What may stand in a place. */
export interface Values {
  readonly words: readonly string[];
  /** Words that go on with a value, as settings do, end with an equals sign and no space. */
  readonly paths: "none" | "files" | "folders";
}

export interface OptionOutline {
  /** As they are typed: `-p`, `--preset`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Undefined for an option that takes no value. */
  readonly values: Values | undefined;
}

export interface CommandOutline {
  /** Words after the program's name, with a space between them; empty for the program itself. */
  readonly at: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly OptionOutline[];
  /** What its arguments may be. */
  readonly values: Values;
}

/** What a placeholder, as `preset` in `--preset <preset>`, stands for. */
export type Placeholders = Readonly<Record<string, Partial<Values>>>;

const nothing: Values = { words: [], paths: "none" };

/**
 * The program and the commands below it, in the order of their help.
 *
 * @param placeholders What stands for more than it says. `<a|b>` means the words a and b by itself.
 */
export function outline(program: Command, placeholders: Placeholders): CommandOutline[] {
  const meaning = (placeholder: string): Values => {
    if (placeholder.includes("|")) return { words: placeholder.split("|"), paths: "none" };
    return { ...nothing, ...placeholders[placeholder] };
  };
  const visit = (command: Command, at: string): CommandOutline[] => {
    const help = command.createHelp();
    const children = help.visibleCommands(command);
    const [argument] = command.registeredArguments;
    const own = {
      at,
      commands: children.map((child) => ({
        name: child.name(),
        summary: child.summary() || child.description(),
      })),
      options: help.visibleOptions(command).map((option) => optionOutline(option, meaning)),
      values: argument === undefined ? nothing : meaning(argument.name()),
    };
    return [
      own,
      ...children.flatMap((child) => visit(child, at === "" ? child.name() : `${at} ${child.name()}`)),
    ];
  };
  return visit(program, "");
}

function optionOutline(option: Option, meaning: (placeholder: string) => Values): OptionOutline {
  const placeholder = /[<[](.+?)(?:\.\.\.)?[>\]]$/.exec(option.flags)?.[1];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    values: placeholder === undefined ? undefined : meaning(placeholder),
  };
}

/** Each option that takes a value, once for each way to type it, as `run:--preset`. */
export function placesOfValues(commands: readonly CommandOutline[]): { place: string; values: Values }[] {
  return commands.flatMap(({ at, options }) =>
    options.flatMap(({ flags, values }) =>
      values === undefined ? [] : flags.map((flag) => ({ place: `${at}:${flag}`, values })),
    ),
  );
}

/** A text as one word of bash or zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
