import { AlidadeError, messageOf } from '../../shared/errors.ts';

/** Reply codes of AMQP 0-9-1. */
const accessRefused = 403;
const notFound = 404;
const resourceLocked = 405;
const preconditionFailed = 406;

/** What the broker said when it closed a channel or connection; undefined when it did not. */
export function replyCode(error: unknown): number | undefined {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'number') return code;
  const inText = /terminated by server: (\d{3})/.exec(messageOf(error));
  return inText === null ? undefined : Number(inText[1]);
}

/** Why a broker could not be connected to. */
export function connectFailure(error: unknown, location: string): AlidadeError {
  if (error instanceof AlidadeError) return error;
  const code = replyCode(error);
  if (code === accessRefused) {
    return new AlidadeError(
      'ALI_BUS_LOGIN',
      `${location} refused the user or password, or this user's use of the virtual host (RabbitMQ lets 'guest' in from its own machine only)`,
      { cause: error },
    );
  }
  // amqplib does not say what the broker has said here.
  if (/Expected ConnectionOpenOk; got <ConnectionClose/.test(messageOf(error))) {
    return new AlidadeError(
      'ALI_BUS_LOGIN',
      `${location} has no such virtual host, or it is not for this user (rabbitmqctl list_vhosts shows them)`,
      {
        cause: error,
      },
    );
  }
  return new AlidadeError(
    'ALI_BUS_UNREACHABLE',
    `${location} does not answer as a broker (${messageOf(error)}). Is RabbitMQ running there?`,
    { cause: error },
  );
}

/** Why the broker refused an exchange, a queue or a binding. */
export function declareFailure(error: unknown, what: string, location: string): AlidadeError {
  switch (replyCode(error)) {
    case resourceLocked:
      return new AlidadeError(
        'ALI_BUS_NAME_TAKEN',
        `the name ${what} is taken on ${location} by another program; end that one, or take another name`,
        { cause: error },
      );
    case preconditionFailed:
      return new AlidadeError(
        'ALI_BUS_REFUSED',
        `${what} is on ${location} already with other properties than dripline's (exchanges: topic, not durable, not auto-delete; queues: exclusive). Delete it on the broker (for an exchange: rabbitmqadmin delete exchange name=NAME), or choose another name. The broker said: ${messageOf(error)}`,
        { cause: error },
      );
    case accessRefused:
      return new AlidadeError(
        'ALI_BUS_REFUSED',
        `this user has no right to ${what} on ${location}; give it to him (rabbitmqctl set_permissions). The broker said: ${messageOf(error)}`,
        { cause: error },
      );
    case notFound:
      return new AlidadeError(
        'ALI_BUS_REFUSED',
        `${what} was deleted on ${location} while it was made; try again`,
        { cause: error },
      );
    default:
      return new AlidadeError(
        'ALI_BUS_CUT',
        `the connection to ${location} was lost while ${what} was made (${messageOf(error)})`,
        { cause: error },
      );
  }
}
