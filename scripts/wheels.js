/** @file Libraries out of wheels of Python, which are only unpacked: their version of Python need not be installed. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the user has to know, without a stack. */
export class SetupError extends Error {}

const python = process.env.PYTHON ?? "python3";
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whose packages are completed: those of the clone, or of the project that has this one installed. */
export const project = root.includes(join("node_modules", "learn-to-evolve")) ? process.cwd() : root;

/** The folder of a package, or undefined where it is not installed. */
export function folderOf(packageName) {
  try {
    return dirname(createRequire(join(project, "package.json")).resolve(`${packageName}/package.json`));
  } catch {
    return undefined;
  }
}

/** Runs a program that tells on its own what it does. */
export function run(program, args, options = {}) {
  try {
    execFileSync(program, args, { stdio: "inherit", ...options });
  } catch (error) {
    const remedy = options.remedy ?? "See what it printed above.";
    throw new SetupError(
      `${program} ${args[0]} ${args[1] ?? ""} failed (${error.message.split("\n")[0]}). ${remedy}`,
    );
  }
}

/** Fails where there are no wheels for this machine. */
export function requireWheels() {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new SetupError(
      `There is no wheel to take this from on ${process.platform} ${process.arch}. Use the engine onnx.`,
    );
  }
}

const platforms = ["manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014", "manylinux1"];

/**
 * Downloads a wheel for any Python, unpacks it into the folder `site`, and gives what its `extras` require besides, as
 * specifiers to fetch in turn.
 */
export function fetchWheel(specifier, site, extras = []) {
  console.log(`Downloading ${specifier} …`);
  const folder = join(site, "wheels");
  mkdirSync(folder, { recursive: true });
  const tags = [
    ...["--python-version", "3.12", "--implementation", "cp"],
    ...["cp312", "abi3", "none"].flatMap((abi) => ["--abi", abi]),
    ...platforms.flatMap((platform) => ["--platform", `${platform}_x86_64`]),
    ...["--platform", "any"],
  ];
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
  run(python, ["-m", "pip", "download", ...quiet, ...tags, "--dest", folder, specifier], {
    remedy: "It needs Python 3 with pip, which PYTHON can name, and a package index that has this wheel.",
  });
  const [wheel] = readdirSync(folder);
  run(python, ["-m", "zipfile", "-e", join(folder, wheel), site]);
  rmSync(folder, { recursive: true });
  const [name, version] = wheel.split("-");
  const metadata = readFileSync(join(site, `${name}-${version}.dist-info`, "METADATA"), "utf8");
  return metadata
    .split("\n")
    .map((line) => /^Requires-Dist: (.*?)\s*;.*extra == ['"](.*)['"]/.exec(line))
    .filter((found) => found !== null && extras.includes(found[2]))
    .map(([, requirement]) => requirement.replace(/[ ()]/g, ""));
}
