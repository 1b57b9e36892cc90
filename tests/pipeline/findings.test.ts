import { expect, it } from "vitest";
import { decodeFindings, encodeFindings } from "../../src/pipeline/findings.ts";

const stored = {
  order: "that of this operator",
  seconds: 2.5,
  findings: {
    metrics: {
      error: 0.1 + 0.2,
      lost: Number.NaN,
      worst: Number.POSITIVE_INFINITY,
      least: -Number.MAX_VALUE,
    },
    sections: [
      {
        title: "Players",
        players: [{ frames: [Float32Array.of(1 / 3, -0, Number.NaN)], masses: Float64Array.of(Math.PI) }],
        charts: [{ title: "c", points: [[1, Number.NEGATIVE_INFINITY]] }],
      },
    ],
  },
};

it("findings come back from their file bit by bit", () => {
  const back = decodeFindings(encodeFindings(stored as unknown as Parameters<typeof encodeFindings>[0]));
  expect(back).toEqual({ schema: "l2e.findings/1", ...stored });
});

it("what is not a file of findings, or only half of one, is none", () => {
  const text = encodeFindings(stored as unknown as Parameters<typeof encodeFindings>[0]);
  for (const broken of ["", "{}", "null", text.slice(0, -20), text.replace("findings/1", "findings/2")])
    expect(decodeFindings(broken)).toBeUndefined();
});
