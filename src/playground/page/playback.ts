/** @file The clock of the page: which moment is shown, and when the worker must make the next step. */

import type { PlaygroundFrame } from "../protocol.ts";

/** Steps that are made ahead of what is shown. */
const ahead = 3;

/** Frames that have come, and the moment that is shown, in steps. */
export interface Playback {
  readonly energies: { readonly learned: readonly number[]; readonly reference: readonly number[] };
  readonly position: number;
  readonly isPlaying: boolean;
  /** The frames around the moment that is shown; undefined before the first has come. */
  around():
    | { readonly from: PlaygroundFrame; readonly to: PlaygroundFrame; readonly share: number }
    | undefined;
  /** Takes a frame; the first of another run replaces all others. */
  take(frame: PlaygroundFrame): void;
  play(): void;
  pause(): void;
  /** Goes to the next whole step and stops there. */
  stepOnce(): void;
  /** Lets time pass: `seconds` at `speed` steps a second. */
  advance(seconds: number, speed: number): void;
  /** Forgets everything: another density begins. */
  clear(): void;
}

/**
 * A playback at the beginning of time. It waits for steps that have not come yet, and asks for those that it will need.
 *
 * @param request asks for one more step.
 */
export function playback(request: () => void): Playback {
  const learned: number[] = [];
  const reference: number[] = [];
  let frames: PlaygroundFrame[] = [];
  let asked = 0;
  let position = 0;
  let until = 0;
  const last = () => frames.at(-1)?.step ?? 0;
  const clear = () => {
    frames = [];
    learned.length = 0;
    reference.length = 0;
    asked = 0;
    position = 0;
    until = 0;
  };
  const fetch = () => {
    if (frames.length === 0) return;
    const wanted = Math.min(Math.ceil(until), Math.floor(position) + ahead);
    for (; asked < wanted; asked++) request();
  };
  return {
    energies: { learned, reference },
    get position() {
      return position;
    },
    get isPlaying() {
      return until > position;
    },
    around() {
      const from = frames.find(({ step }) => step === Math.floor(position)) ?? frames.at(-1);
      const to = frames.find(({ step }) => step === Math.floor(position) + 1) ?? from;
      return from && to && { from, to, share: position - Math.floor(position) };
    },
    take(frame) {
      if (frame.step === 0) {
        // What was asked for before anything was there still holds; what was playing goes on with the new density.
        const goal = frames.length === 0 ? until : Number.POSITIVE_INFINITY;
        const isPlaying = until > position;
        clear();
        until = isPlaying ? goal : 0;
      }
      frames.push(frame);
      learned.push(frame.learned.energy);
      reference.push(frame.reference.energy);
      fetch();
    },
    play() {
      until = Number.POSITIVE_INFINITY;
      fetch();
    },
    pause() {
      until = position;
    },
    stepOnce() {
      until = Math.floor(position + 1e-9) + 1;
      fetch();
    },
    advance(seconds, speed) {
      position = Math.min(position + seconds * speed, until, last());
      // Frames of the past are never shown again, and a long evolution has many.
      while (frames.length > 1 && frames[1].step <= position) frames.shift();
      fetch();
    },
    clear,
  };
}
