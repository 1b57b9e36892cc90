/** @file Errors of the operating system in words: what, where, what to do. */

import { constants } from "node:os";
import { relative } from "node:path";

/** A failure that the system reports with a code. */
export interface SystemError extends Error {
  readonly code: string;
  /** The system's number of the error, negative. */
  readonly errno?: number;
  readonly syscall: string;
  readonly path?: string;
  /** The new name, where one was given. */
  readonly dest?: string;
}

/** What a code means, what to do, and whether the path that was given is at fault: then the input is to be mended. */
interface Meaning {
  readonly what: string;
  readonly advice: string;
  readonly isInput?: boolean;
}

const otherFolder = "Give a folder in which you may write (--out), or change its permissions";

const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: { what: "no space is left on the device", advice: "Make room there" },
  EDQUOT: { what: "the quota of the disk is used up", advice: "Make room there, or ask for a larger one" },
  EFBIG: { what: "the file may not grow so large", advice: "Raise the limit (ulimit -f)" },
  EIO: {
    what: "the device fails to read or write",
    advice: "Look after the disk or the network that holds it",
  },
  EMFILE: { what: "this process has too many files open", advice: "Raise the limit (ulimit -n)" },
  ENFILE: { what: "the system has too many files open", advice: "Close other programs" },
  ENOMEM: {
    what: "the system has no memory left",
    advice: "Close other programs, or compute with fewer particles",
  },
  EROFS: { what: "the file system is read-only", advice: otherFolder, isInput: true },
  EACCES: { what: "permission denied", advice: otherFolder, isInput: true },
  EPERM: { what: "the operation is not permitted", advice: otherFolder, isInput: true },
  ENOENT: {
    what: "there is no such file or folder",
    advice: "Look whether somebody has removed it",
    isInput: true,
  },
  ENOTDIR: {
    what: "a part of the path is a file, and a folder is expected",
    advice: otherFolder,
    isInput: true,
  },
  EISDIR: { what: "it is a folder, and a file is expected", advice: "Name a file", isInput: true },
  EEXIST: {
    what: "it is there already and is no folder",
    advice: "Move it away, or name another",
    isInput: true,
  },
  ENAMETOOLONG: { what: "the name is too long", advice: "Give a shorter one", isInput: true },
  ELOOP: { what: "symbolic links lead in a circle", advice: "Name the file itself", isInput: true },
  ESTALE: { what: "the file server no longer knows the file", advice: "Mount the share again" },
  ETIMEDOUT: { what: "the file server does not answer", advice: "Look after the network" },
};

/** True of what Node makes of a failed call of the system. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}

/** One sentence of a system's error, and one of advice; the code stays in it, so that it can be searched for. */
export function describeSystemError(error: SystemError): {
  readonly text: string;
  readonly isInput: boolean;
} {
  const { syscall, message } = error;
  const code = codeOf(error);
  const {
    what,
    advice,
    isInput = false,
  } = meanings[code] ?? {
    what: message.replace(/^\w+: /, "").replace(/,.*$/s, ""),
    advice: "Mend what is wrong there",
  };
  const place = error.dest ?? error.path;
  const where = place === undefined ? "" : `${shown(place)}: `;
  return {
    text: `${where}${what} (${code}, ${syscall}). ${advice}, then give the command again; l2e run and l2e sweep go on with --resume, and what was reported as written is whole.`,
    isInput,
  };
}

/** Node has no names for some codes of file servers (ESTALE, EDQUOT): the system's number tells them. */
function codeOf({ code, errno }: SystemError): string {
  const named = Object.entries(constants.errno).find(([, number]) => number === -(errno ?? 0))?.[0];
  return code in meanings ? code : (named ?? code);
}

/** A file is written under a temporary name, which nobody has asked for. */
function shown(path: string): string {
  const named = path.replace(/(\.tmp-[0-9a-f]+)+(?=$|[\\/])/, "");
  const short = relative(process.cwd(), named);
  return short === "" || short.startsWith("..") ? named : short;
}
