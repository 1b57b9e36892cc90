import { describe, expect, it } from "vitest";
import { type Playback, playback } from "../../src/playground/page/playback.ts";
import type { PlaygroundFrame } from "../../src/playground/protocol.ts";

const panel = (energy: number) => ({
  positions: new Float32Array(2),
  logDensity: new Float32Array(1),
  energy,
  energyError: 0,
});
const frame = (step: number): PlaygroundFrame => ({
  ...{ run: 1, step, time: step / 10, milliseconds: 1, portion: 1, pieces: 1 },
  learned: panel(-step),
  reference: panel(-step),
});

/** A playback with a worker that answers when it is told to. */
function started(): { film: Playback; asked: () => number; answer: (steps: number) => void } {
  let asked = 0;
  let made = 0;
  const film = playback(() => {
    asked += 1;
  });
  film.take(frame(0));
  return {
    film,
    asked: () => asked,
    answer(steps) {
      for (let k = 0; k < steps; k++) film.take(frame(++made));
    },
  };
}

describe("the clock of the page", () => {
  it("asks for nothing before it plays, and then for a few steps ahead", () => {
    const { film, asked, answer } = started();
    film.advance(1, 5);
    expect(asked()).toBe(0);
    film.play();
    expect(asked()).toBe(3);
    answer(1);
    film.advance(10, 5);
    expect([film.position, asked()]).toEqual([1, 4]);
  });

  it("does what it was asked for before the first frame came", () => {
    const playing = playback(() => undefined);
    playing.play();
    playing.take(frame(0));
    expect(playing.isPlaying).toBe(true);
    let asked = 0;
    const stepping = playback(() => {
      asked += 1;
    });
    stepping.stepOnce();
    stepping.take(frame(0));
    expect(asked).toBe(1);
    stepping.take(frame(1));
    stepping.advance(10, 5);
    expect([stepping.position, stepping.isPlaying]).toEqual([1, false]);
  });

  it("goes at its speed where steps have come, and waits where they have not", () => {
    const { film, answer } = started();
    film.play();
    answer(3);
    film.advance(0.3, 5);
    expect(film.position).toBeCloseTo(1.5, 12);
    const around = film.around();
    expect([around?.from.step, around?.to.step, around?.share]).toEqual([1, 2, 0.5]);
    film.advance(100, 5);
    expect(film.position).toBe(3);
    expect(film.isPlaying).toBe(true);
  });

  it("steps once, from between two steps to the next", () => {
    const { film, answer } = started();
    film.play();
    answer(3);
    film.advance(0.1, 5);
    film.pause();
    expect(film.isPlaying).toBe(false);
    film.stepOnce();
    film.advance(10, 5);
    expect([film.position, film.isPlaying]).toEqual([1, false]);
  });

  it("begins anew with the first frame of another density", () => {
    const { film, answer } = started();
    film.play();
    answer(3);
    film.advance(0.5, 5);
    film.pause();
    film.take(frame(0));
    expect([film.position, film.isPlaying, film.energies.learned]).toEqual([0, false, [-0]]);
  });
});
