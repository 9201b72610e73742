export type { ErrorCode, ErrorData, ErrorKind } from "./base/error-codes.ts";
export { EngineError, hasCode, isEngineError } from "./base/errors.ts";
