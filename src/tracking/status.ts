/** @file MLflow's numbers for the states of a run. */

export const STATUS = { RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 } as const;

export type RunStatus = keyof typeof STATUS;

/** The name of a state's number; `RUNNING` for an unknown one. */
export function statusName(value: unknown): RunStatus {
  const names = Object.keys(STATUS) as RunStatus[];
  return names.find((name) => STATUS[name] === value || name === value) ?? "RUNNING";
}
