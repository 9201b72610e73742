import { CODES, type ErrorCode, type ErrorData, type ErrorKind } from "./error-codes.ts";

const MARK = Symbol.for("minke.EngineError");

/**
 * The one error class of the engine. `kind` says what a caller can do about it, `code` is stable and never reused, and
 * `data` holds the values that the message names.
 */
export class EngineError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "EngineError";
  readonly code: C;
  readonly kind: ErrorKind;
  readonly data: ErrorData<C>;
  readonly [MARK] = true;

  constructor(code: C, data: ErrorData<C>, options?: { readonly cause?: unknown }) {
    const entry = CODES[code] as { kind: ErrorKind; text: (d: ErrorData<C>) => string };
    super(entry.text(data), options);
    this.code = code;
    this.kind = entry.kind;
    this.data = data;
  }
}

/**
 * Builds a typed engine error; throw what it returns.
 *
 * @param code a key of the error table
 * @param data the values that the table's text names
 * @param options.cause the error underneath, kept for `--log-level debug` and for callers
 */
export function fail<C extends ErrorCode>(
  code: C,
  data: ErrorData<C>,
  options?: { readonly cause?: unknown },
): EngineError<C> {
  return new EngineError(code, data, options);
}

/** Tells an engine error from any other value, also across two loaded copies of the package. */
export function isEngineError(value: unknown): value is EngineError {
  return typeof value === "object" && value !== null && MARK in value;
}

/** True if `value` is the engine error `code`. */
export function hasCode<C extends ErrorCode>(value: unknown, code: C): value is EngineError<C> {
  return isEngineError(value) && value.code === code;
}

/** What failed first, where the tidying up after it failed as well: that is what somebody wants to know. */
export function firstFailure(error: unknown): unknown {
  return error instanceof SuppressedError ? firstFailure(error.suppressed) : error;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  const first = firstFailure(error);
  return first instanceof Error ? first.message : String(first);
}
