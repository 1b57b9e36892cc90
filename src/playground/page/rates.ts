/** @file How fast it goes: frames a second, and the operator's steps a second. */

/** Rates over the last moments. */
export interface Rates {
  /** A frame was drawn, at this time in milliseconds. */
  drew(now: number): void;
  /** A step was computed in so many milliseconds. */
  stepped(milliseconds: number): void;
  /** Frames a second of the last two seconds; undefined before there are enough. */
  framesPerSecond(): number | undefined;
  /** Steps a second that the operator makes when it has nothing else to do, by the last eight. */
  stepsPerSecond(): number | undefined;
  /** The page was at rest: what came before counts no more. */
  rest(): void;
}

const span = 2000;
const rememberedSteps = 8;

export function rates(): Rates {
  let frames: number[] = [];
  const steps: number[] = [];
  return {
    drew(now) {
      frames.push(now);
      while (frames[0] < now - span) frames.shift();
    },
    stepped(milliseconds) {
      steps.push(milliseconds);
      if (steps.length > rememberedSteps) steps.shift();
    },
    framesPerSecond() {
      if (frames.length < 5) return undefined;
      return (1000 * (frames.length - 1)) / (frames[frames.length - 1] - frames[0]);
    },
    stepsPerSecond() {
      if (steps.length === 0) return undefined;
      return (1000 * steps.length) / steps.reduce((sum, each) => sum + each, 0);
    },
    rest() {
      frames = [];
    },
  };
}
