export { AlidadeError, type ErrorCode, errorCodes, isAlidadeError } from './shared/errors.ts';
