/**
 * @file `npm run setup:tfjs-node` and `npm run setup:gpu`: TensorFlow for Node.js, of which npm brings only one half.
 *
 * The package's own installer downloads TensorFlow and a binding built for it. Where its host cannot be reached, the
 * binding is built here instead, against the headers and libraries of TensorFlow's wheel for Python, which is only unpacked:
 * its version of Python need not be installed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const version = "4.22.0";
const variants = {
  cpu: { name: "tfjs-node", wheel: "tensorflow-cpu==2.16.2", extra: undefined },
  gpu: { name: "tfjs-node-gpu", wheel: "tensorflow==2.16.2", extra: "and-cuda" },
};
const installerHost = "https://storage.googleapis.com/tensorflow/";
const python = process.env.PYTHON ?? "python3";

/** What the user has to know, without a stack. */
class SetupError extends Error {}

/** Runs a program that tells on its own what it does. */
function run(program, args, options = {}) {
  try {
    execFileSync(program, args, { stdio: "inherit", ...options });
  } catch (error) {
    const remedy = options.remedy ?? "See what it printed above.";
    throw new SetupError(
      `${program} ${args[0]} ${args[1] ?? ""} failed (${error.message.split("\n")[0]}). ${remedy}`,
    );
  }
}

const npm = (...args) =>
  process.env.npm_execpath === undefined
    ? run(process.platform === "win32" ? "npm.cmd" : "npm", args, { shell: process.platform === "win32" })
    : run(process.execPath, [process.env.npm_execpath, ...args]);

/** Whether the package computes: in a process of its own, since a binding that cannot be loaded may end it. */
function computes(folder, name) {
  const program = `const tf = require("@tensorflow/${name}");
    if (tf.add(1, 2).dataSync()[0] !== 3) throw new Error("1 + 2");
    console.log("TensorFlow " + tf.backend().binding.TF_Version + " computes");`;
  try {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
    execFileSync(process.execPath, ["-e", program], {
      cwd: folder,
      env,
      stdio: ["ignore", "inherit", "ignore"],
    });
    return true;
  } catch {
    return false;
  }
}

async function reachable(url) {
  return fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5000) }).then(
    () => true,
    () => false,
  );
}

/** Downloads a wheel for any Python and gives its path. */
function download(specifier, folder) {
  const platforms = ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64", "any"];
  const before = new Set(readdirSync(folder));
  run(
    python,
    ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
      .concat([
        "--python-version",
        "3.12",
        "--implementation",
        "cp",
        "--abi",
        "cp312",
        "--abi",
        "abi3",
        "--abi",
        "none",
      ])
      .concat(platforms.flatMap((platform) => ["--platform", platform]))
      .concat(["--dest", folder, specifier]),
    { remedy: "It needs Python 3 with pip, which PYTHON can name, and a package index that has this wheel." },
  );
  return join(
    folder,
    readdirSync(folder).find((file) => !before.has(file)),
  );
}

/** Unpacks what the binding needs: headers to `include`, TensorFlow's libraries to `lib`, CUDA's where those look for them. */
const unpackProgram = `
import pathlib, sys, zipfile
wheel, target, extra = sys.argv[1:4]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        path = pathlib.PurePosixPath(name)
        if path.parts[:2] == ("tensorflow", "include"):
            place = pathlib.Path("include", *path.parts[2:])
        elif len(path.parts) == 2 and path.name.startswith(("libtensorflow_cc.so", "libtensorflow_framework.so")):
            place = pathlib.Path("lib", path.name)
        elif path.parts[0] == "nvidia":
            place = pathlib.Path(*path.parts)
        else:
            place = None
        if place and not name.endswith("/"):
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            (target / place).write_bytes(archive.read(name))
        if path.name == "METADATA" and extra:
            for line in archive.read(name).decode().splitlines():
                if line.startswith("Requires-Dist:") and f"extra == '{extra}'" in line.replace('"', "'"):
                    print(line.split(":", 1)[1].split(";")[0].strip().replace(" ", "").replace("(", "").replace(")", ""))
`.replace(
  "wheel, target, extra = sys.argv[1:4]",
  "wheel, target, extra = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]",
);

function unpack(wheel, target, extra = "") {
  const printed = execFileSync(python, ["-c", unpackProgram, wheel, target, extra], { encoding: "utf8" });
  rmSync(wheel);
  return printed.split("\n").filter((line) => line !== "");
}

/** TensorFlow's headers and libraries, in the folder where the package looks for them. */
function fetchTensorFlow(folder, { wheel, extra }) {
  const draft = join(folder, `deps.tmp-${process.pid}`);
  const wheels = join(draft, "wheels");
  mkdirSync(wheels, { recursive: true });
  try {
    console.log(`Downloading ${wheel} …`);
    const further = unpack(download(wheel, wheels), draft, extra);
    for (const specifier of further) {
      console.log(`Downloading ${specifier} …`);
      unpack(download(specifier, wheels), draft);
    }
    rmSync(wheels, { recursive: true });
    symlinkSync("libtensorflow_cc.so.2", join(draft, "lib", "libtensorflow.so"));
    symlinkSync("libtensorflow_framework.so.2", join(draft, "lib", "libtensorflow_framework.so"));
    rmSync(join(folder, "deps"), { recursive: true, force: true });
    renameSync(draft, join(folder, "deps"));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** node-gyp is part of npm, and Node's headers lie beside Node itself; else node-gyp downloads them. */
function buildBinding(folder) {
  const npmFolder = process.env.npm_execpath && dirname(dirname(process.env.npm_execpath));
  const own = npmFolder && join(npmFolder, "node_modules", "node-gyp", "bin", "node-gyp.js");
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, "include", "node", "node_api.h")) ? [`--nodedir=${prefix}`] : [];
  const draft = join(folder, "lib", `binding.tmp-${process.pid}`);
  const args = ["configure", "build", ...headers, "--loglevel=error", "--module_name=tfjs_binding"];
  args.push(`--module_path=${draft}`, "--napi_build_version=8");
  const remedy = "It needs Python, make, a C++17 compiler and Node's headers.";
  console.log("Building the binding …");
  try {
    if (own && existsSync(own)) run(process.execPath, [own, ...args], { cwd: folder, remedy });
    else run("npx", ["--yes", "node-gyp@12.1.0", ...args], { cwd: folder, remedy });
    rmSync(join(folder, "lib", "napi-v8"), { recursive: true, force: true });
    renameSync(draft, join(folder, "lib", "napi-v8"));
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(join(folder, "build"), { recursive: true, force: true });
  }
}

/**
 * Puts the package beside TensorFlow.js, with all that it needs inside it, except TensorFlow.js itself: both have to be the
 * same copy, in which backends and gradients are registered. `npm install` would not do: it takes optional peers for installed.
 */
function installPackage(scope, name) {
  console.log(`Installing @tensorflow/${name} ${version} …`);
  const draft = join(scope, `.${name}.tmp-${process.pid}`);
  const options = [
    "--install-strategy=nested",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
  ];
  try {
    npm("install", "--prefix", draft, ...options, `@tensorflow/${name}@${version}`);
    const made = join(draft, "node_modules", "@tensorflow", name);
    rmSync(join(made, "node_modules", "@tensorflow"), { recursive: true, force: true });
    renameSync(made, join(scope, name));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function setup(variant) {
  const { name } = variant;
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const packageName = `@tensorflow/${name}`;
  // Beside the packages of whoever runs it: those of the clone, or of the project that has this one installed.
  const project = root.includes(join("node_modules", "learn-to-evolve")) ? process.cwd() : root;
  const find = () => {
    try {
      return dirname(createRequire(join(project, "package.json")).resolve(`${packageName}/package.json`));
    } catch {
      return undefined;
    }
  };
  if (find() !== undefined && computes(project, name)) return;
  if (find() === undefined) installPackage(join(project, "node_modules", "@tensorflow"), name);
  const folder = find();
  if (await reachable(installerHost)) {
    console.log("Its own installer downloads TensorFlow …");
    try {
      run(process.execPath, ["scripts/install.js"], { cwd: folder });
    } catch (error) {
      console.log(error.message);
    }
    if (computes(project, name)) return;
  } else
    console.log("Its own installer cannot reach its host; building against the wheel from PyPI instead.");
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new SetupError(
      `There is no wheel to build against on ${process.platform} ${process.arch}. Use the engine onnx.`,
    );
  }
  fetchTensorFlow(folder, variant);
  buildBinding(folder);
  if (!computes(project, name)) {
    rmSync(join(folder, "lib", "napi-v8"), { recursive: true, force: true });
    throw new SetupError(
      `The binding was built but does not compute. "node -e 'require("${packageName}")'" says why.`,
    );
  }
}

try {
  const variant = variants[process.argv[2]];
  if (variant === undefined)
    throw new SetupError(`Say which: "cpu" or "gpu", got "${process.argv[2] ?? ""}".`);
  await setup(variant);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
