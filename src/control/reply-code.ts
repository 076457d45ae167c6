/** The codes of a reply, by the names that files of today's dripline use. Below 100 a warning, from 1000 on the user's own. */
export const replyCodes = {
  success: 0,
  warning_no_action_taken: 1,
  warning_deprecated_feature: 2,
  warning_dry_run: 3,
  warning_offline: 4,
  warning_sub_service: 5,
  amqp_error: 100,
  amqp_error_broker_connection: 101,
  amqp_error_routingkey_notfound: 102,
  resource_error: 200,
  resource_error_connection: 201,
  resource_error_no_response: 202,
  resource_error_sub_service: 203,
  service_error: 300,
  service_error_no_encoding: 301,
  service_error_decoding_fail: 302,
  service_error_bad_payload: 303,
  service_error_invalid_value: 304,
  service_error_timeout: 305,
  service_error_invalid_method: 306,
  service_error_access_denied: 307,
  service_error_invalid_key: 308,
  /** v2 only. */
  service_error_deprecated_feature: 309,
  /** v3 only. */
  service_error_invalid_specifier: 310,
  client_error: 400,
  client_error_invalid_request: 401,
  client_error_handling_reply: 402,
  client_error_unable_to_send: 403,
  client_error_timeout: 404,
  unhandled_exception: 999,
} as const;

export type ReplyCodeName = keyof typeof replyCodes;

const names: ReadonlyMap<number, ReplyCodeName> = new Map(
  Object.entries(replyCodes).map(([name, code]) => [code, name as ReplyCodeName]),
);

/** The name of a code, undefined for one of the user's own. */
export function replyCodeName(code: number): ReplyCodeName | undefined {
  return names.get(code);
}

/** Whether a reply says that what was asked for was not done. */
export function isErrorCode(code: number): boolean {
  return code >= replyCodes.amqp_error;
}
