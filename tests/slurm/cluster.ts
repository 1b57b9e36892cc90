/** @file A Slurm cluster of one node on the loopback interface, from Debian's packages (slurm-wlm, munge); root starts it. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A cluster that runs; `env` is what its commands need. */
export interface Cluster {
  readonly env: NodeJS.ProcessEnv;
  call(command: string, ...words: string[]): string;
  /** Ends the processes that were started, by their ids. */
  stop(): Promise<void>;
}

/** Why there can be no cluster here; undefined where there can. */
export function whyNoCluster(): string | undefined {
  if (process.platform !== "linux") return "Slurm runs on Linux";
  if (process.getuid?.() !== 0) return "only root can start slurmd and munged";
  for (const command of ["slurmctld", "slurmd", "munged", "sbatch"]) {
    try {
      execFileSync("which", [command], { stdio: "ignore" });
    } catch {
      return `there is no ${command}: apt-get install slurm-wlm munge`;
    }
  }
  return undefined;
}

/** Starts munged, slurmctld and slurmd with everything they write in a folder, and waits until the node is idle. */
export async function startCluster(folder: string): Promise<Cluster> {
  const host = hostname().split(".")[0];
  const [controller, daemon] = await freePorts(2);
  const place = (name: string) => join(folder, name);
  for (const name of ["state", "spool", "munge"]) mkdirSync(place(name));
  const [uid, gid] = ["-u", "-g"].map((flag) =>
    Number(execFileSync("id", [flag, "munge"], { encoding: "utf8" })),
  );
  // munged refuses keys and folders that others could change.
  chmodSync(folder, 0o755);
  writeFileSync(
    place("munge/key"),
    new Uint8Array(1024).map((_, i) => (7 * i * i) % 251),
    { mode: 0o400 },
  );
  for (const path of ["munge", "munge/key"]) chownSync(place(path), uid, gid);
  const socket = place("munge/socket");
  const configuration = `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${daemon}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# cred_expire: how long a requeued job waits before it starts again, two minutes by default.
AuthInfo=socket=${socket},cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,defer_batch=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
StateSaveLocation=${place("state")}
SlurmdSpoolDir=${place("spool")}
SlurmctldPidFile=${place("slurmctld.pid")}
SlurmdPidFile=${place("slurmd.pid")}
SlurmctldLogFile=${place("slurmctld.log")}
SlurmdLogFile=${place("slurmd.log")}
MailProg=/bin/true
ReturnToService=2
KillWait=5
SlurmdParameters=config_overrides
NodeName=${host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes=${host} Default=YES OverSubscribe=NO MaxTime=INFINITE State=UP
`;
  writeFileSync(place("slurm.conf"), configuration);
  const env = { ...process.env, SLURM_CONF: place("slurm.conf") };
  const started: ChildProcess[] = [];
  const start = (command: string, words: string[], own: object = {}) => {
    const child = spawn(command, words, { env, stdio: "ignore", ...own });
    started.push(child);
  };
  start(
    "munged",
    ["--foreground", "--force", `--socket=${socket}`, `--key-file=${place("munge/key")}`].concat(
      ["pid", "log", "seed"].map((name) => `--${name}-file=${place(`munge/${name}`)}`),
    ),
    { uid, gid },
  );
  start("slurmctld", ["-D"]);
  start("slurmd", ["-D"]);
  const call = (command: string, ...words: string[]) =>
    execFileSync(command, words, { env, encoding: "utf8" });
  const stop = async () => {
    for (const child of started.toReversed()) {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null)
        await Promise.race([new Promise((ended) => child.once("exit", ended)), sleep(5000)]);
      child.kill("SIGKILL");
    }
  };
  for (let waited = 0; ; waited++) {
    const state = await Promise.resolve()
      .then(() => execFileSync("sinfo", ["-h", "-o", "%T"], { env, encoding: "utf8", stdio: "pipe" }).trim())
      .catch(() => "");
    if (state === "idle") return { env, call, stop };
    if (waited === 120) {
      await stop();
      throw new Error(`the cluster in ${folder} does not come up: its node is "${state}".`);
    }
    await sleep(250);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    ports.push((server.address() as { port: number }).port);
  }
  for (const server of servers) await new Promise((closed) => server.close(closed));
  return ports;
}
