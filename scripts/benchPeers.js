/** @file `npm run bench:peers`: a Python environment with the libraries that `npm run bench -- --peers` compares with. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../bench/peers/", import.meta.url));
const windows = process.platform === "win32";
const run = (program, args) => execFileSync(program, args, { stdio: "inherit" });

run(windows ? "python" : "python3", ["-m", "venv", `${folder}.venv`]);
run(`${folder}.venv/${windows ? "Scripts/python.exe" : "bin/python"}`, [
  "-m",
  "pip",
  "install",
  "--requirement",
  `${folder}requirements.txt`,
]);
