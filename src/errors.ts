// `minke/errors`: for programs that look at errors and open no engine.
export type { ErrorCode, ErrorData, ErrorKind } from "./base/error-codes.ts";
export { EngineError, hasCode, isEngineError } from "./base/errors.ts";
