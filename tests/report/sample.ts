/** @file A small report with one of everything, for the tests of the page. */
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { densityGrid } from "../../src/report/densityGrid.ts";
import { densityPanels } from "../../src/report/densityPanels.ts";
import type { ReportData } from "../../src/report/report.ts";
import { errorTable, metricsTable, speedTable } from "../../src/report/tables.ts";

export const hostile = `</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"> & ' "`;

/** @param text goes wherever a report takes text. */
export function sampleReport(text: string): ReportData {
  const times = [0, 0.5, 1, 1.5];
  const start = normals(keyFrom(6), 600);
  const frames = times.map((t) => start.map((value, i) => value * (1 - t / 3) + (i % 2 === 0 ? t : 0)));
  const extent = { x: [-4, 4], y: [-4, 4] } as const;
  const clouds = [
    { name: `operator ${text}`, frames, captions: times.map((t) => `${text} at ${t}`) },
    { name: "exact", frames, colour: "#1f2328", follows: false },
  ];
  const line = clouds.map((cloud) => ({
    ...cloud,
    frames: frames.map((frame) => frame.filter((_, i) => i % 2 === 0)),
  }));
  return {
    title: text,
    subtitle: text,
    summary: text,
    facts: [{ label: text, value: text, note: text }],
    seconds: { [text]: 1.5, train: 3 },
    configuration: { [text]: text },
    reproduce: [text],
    sections: [
      {
        title: text,
        explanation: text,
        notes: [text],
        tables: [
          errorTable({
            title: text,
            unit: text,
            explanation: text,
            steps: [1, 10],
            rows: [{ method: text, role: "subject", errors: [{ median: 0.0062, max: 0.13 }, null] }],
          }),
          metricsTable({
            [text]: { value: 1, reference: 1, tolerance: 0.1, passed: true, reason: text },
            other: { value: 2, passed: false },
          }),
          speedTable([
            { method: text, secondsPerStep: 0.5 },
            { method: "fast", secondsPerStep: 0.01 },
          ]),
        ],
        charts: [
          {
            title: text,
            explanation: text,
            x: { label: text },
            y: { label: text },
            series: [
              {
                name: text,
                points: [
                  [0, 1],
                  [1, 2],
                ],
              },
            ],
            references: [{ axis: "x", value: 0.5, label: text }],
          },
        ],
        players: [
          { title: text, explanation: text, times, timeLabel: "t", axes: [text, text], clouds, extent },
          { title: "line", times, axes: [text], clouds: line },
        ],
      },
      {
        title: "panels",
        panels: [
          {
            title: text,
            explanation: text,
            svg: densityPanels({
              title: text,
              extent,
              frames: [
                {
                  label: text,
                  panels: [{ title: text, density: densityGrid(start, { extent, columns: 32 }) }],
                },
              ],
            }),
          },
        ],
      },
    ],
  };
}
