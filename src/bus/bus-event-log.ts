import type { Log } from '../shared/log.ts';
import type { BusEvent } from './bus.ts';

/**
 * Writes what happens to a bus into a log, given as `onEvent`. Of attempts to make a connection again only the first is
 * urgent.
 */
export function busEventLog(log: Log): (event: BusEvent) => void {
  let isAway = false;
  return (event) => {
    switch (event.event) {
      case 'away':
        (isAway ? log.debug : log.warning)(`the broker is away: ${event.reason}`);
        isAway = true;
        break;
      case 'connected':
        if (isAway) log.warning('the broker is back');
        isAway = false;
        break;
      case 'blocked':
        log.warning(`the broker takes no messages now: ${event.reason}`);
        break;
      case 'unblocked':
        log.warning('the broker takes messages again');
        break;
      case 'name-taken':
        log.error(event.reason);
        break;
      case 'dropped':
        log.warning(`a message was dropped: ${event.reason}`);
    }
  };
}
