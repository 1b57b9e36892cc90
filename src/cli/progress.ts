/** @file Progress on stderr: a spinner on a terminal, a plain line every few seconds elsewhere. */

import ora from "ora";
import { type Progress, silentProgress } from "../pipeline/progress.ts";

/** A progress that can be ended; the last line stays. */
export interface ShownProgress extends Progress {
  done(): void;
}

const SECONDS_BETWEEN_LINES = 5;

/** The progress that suits stderr. */
export function shownProgress(options: { readonly quiet: boolean }): ShownProgress {
  if (options.quiet) return { ...silentProgress, done() {} };
  return process.stderr.isTTY && !process.env["CI"] ? spinner() : plainLines();
}

function spinner(): ShownProgress {
  const spin = ora({ stream: process.stderr, discardStdin: false });
  const timer = stageTimer();
  return {
    stage(name) {
      if (spin.isSpinning) spin.succeed(timer.finished());
      timer.begin(name);
      spin.start(name);
    },
    update(message, fraction) {
      spin.text = timer.line(message, fraction);
    },
    note(message) {
      const { text, isSpinning } = spin;
      if (isSpinning) spin.stop();
      process.stderr.write(`${message}\n`);
      if (isSpinning) spin.start(text);
    },
    done() {
      if (spin.isSpinning) spin.succeed(timer.finished());
    },
  };
}

function plainLines(): ShownProgress {
  const timer = stageTimer();
  let last = seconds();
  return {
    stage(name) {
      timer.begin(name);
      process.stderr.write(`${name}\n`);
      last = seconds();
    },
    update(message, fraction) {
      if (seconds() - last < SECONDS_BETWEEN_LINES) return;
      last = seconds();
      process.stderr.write(`${timer.line(message, fraction)}\n`);
    },
    note(message) {
      process.stderr.write(`${message}\n`);
    },
    done() {},
  };
}

/** Knows the stage and how long it takes, from where its fraction stood when it was first heard of. */
function stageTimer() {
  let stage = "";
  let began = seconds();
  let first: { readonly at: number; readonly fraction: number } | undefined;
  return {
    begin(name: string) {
      stage = name;
      began = seconds();
      first = undefined;
    },
    finished: () => `${stage} (${duration(seconds() - began)})`,
    line(message: string, fraction?: number) {
      if (fraction === undefined) return `${stage}: ${message}`;
      first ??= { at: seconds(), fraction };
      const speed = (fraction - first.fraction) / Math.max(1e-9, seconds() - first.at);
      const left = speed > 0 ? `, ${duration((1 - fraction) / speed)} left` : "";
      return `${stage}: ${message}, ${Math.round(100 * fraction)} %${left}`;
    },
  };
}

/** `0.8 s`, `42 s`, `3 min`, `1.4 h`. */
export function duration(time: number): string {
  if (time < 10) return `${time.toFixed(1)} s`;
  if (time < 90) return `${Math.round(time)} s`;
  return time < 5400 ? `${Math.round(time / 60)} min` : `${(time / 3600).toFixed(1)} h`;
}

function seconds(): number {
  return performance.now() / 1000;
}
