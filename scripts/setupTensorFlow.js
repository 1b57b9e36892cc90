/**
 * @file `npm run setup:tfjs-node` and `npm run setup:gpu`: TensorFlow for Node.js, of which npm brings only one half.
 *
 * The package's own installer downloads TensorFlow and a binding built for it. Where its host cannot be reached, the
 * binding is built here instead, against the headers and libraries of TensorFlow's wheel for Python, which is only unpacked:
 * its version of Python need not be installed.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fetchWheel, folderOf, project, requireWheels, run, SetupError } from "./wheels.js";

const version = "4.22.0";
const variants = {
  cpu: { name: "tfjs-node", wheel: "tensorflow-cpu==2.16.2", extras: [] },
  gpu: { name: "tfjs-node-gpu", wheel: "tensorflow==2.16.2", extras: ["and-cuda"] },
};
const installerHost = "https://storage.googleapis.com/tensorflow/";
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

/** TensorFlow's headers and libraries, in the folder where the package looks for them. */
function fetchTensorFlow(folder, { wheel, extras }) {
  const draft = join(folder, `deps.tmp-${process.pid}`);
  const [site, lib] = [join(draft, "site"), join(draft, "lib")];
  try {
    for (const specifier of fetchWheel(wheel, site, extras)) fetchWheel(specifier, site);
    mkdirSync(lib);
    renameSync(join(site, "tensorflow", "include"), join(draft, "include"));
    for (const file of readdirSync(join(site, "tensorflow")))
      if (/^libtensorflow_(cc|framework)\.so/.test(file))
        renameSync(join(site, "tensorflow", file), join(lib, file));
    // CUDA's libraries, where those of TensorFlow look for them.
    if (existsSync(join(site, "nvidia"))) renameSync(join(site, "nvidia"), join(draft, "nvidia"));
    rmSync(site, { recursive: true });
    symlinkSync("libtensorflow_cc.so.2", join(lib, "libtensorflow.so"));
    symlinkSync("libtensorflow_framework.so.2", join(lib, "libtensorflow_framework.so"));
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
  const packageName = `@tensorflow/${name}`;
  const find = () => folderOf(packageName);
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
  requireWheels();
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
