/** @file What a request to an MLflow server ends in when it fails for good. */

/** A request that failed after all tries, or that the server refused. */
export class MlflowError extends Error {
  override readonly name = "MlflowError";
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** MLflow's `error_code`, `RESOURCE_DOES_NOT_EXIST` for example, where the answer had one. */
  readonly code: string | undefined;

  constructor(message: string, status?: number, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** True of failures that may be gone at the next try: no answer, 408, 429 and 5xx. */
export function isPassing({ status }: MlflowError): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** True where the server has refused with this `error_code`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof MlflowError && error.code === code;
}
