import type { EntityOptions } from '../entity.ts';
import type { ValuesOf } from './parameter.ts';

/** What every class of entities takes. */
export const entityParameters = {
  calibration: {
    type: 'calibration',
    default: 'none',
    about:
      "How a raw value becomes a calibrated one: an expression such as '2*{}', a map of raw to calibrated values, {table: [[raw, cal], …], interpolation: linear|log, outside: refuse|clamp|extrapolate} or {polynomial: [c0, c1, …]}.",
  },
  units: { type: 'text', default: 'none', about: 'The unit of the value, such as K; the attribute units.' },
  range: {
    type: 'range',
    default: 'any',
    about: 'The least and the most that a set takes, such as [0, 10]; anything else is refused.',
  },
  get_on_set: {
    type: 'boolean',
    default: 'false',
    about: 'A set is answered with what a get gives after it.',
  },
  log_on_set: { type: 'boolean', default: 'false', about: 'What a set gives is sent as an alert too.' },
  log_interval: {
    type: 'interval',
    default: '0 (never)',
    otherNames: ['schedule_interval'],
    about: 'How often a get is done and logged, in seconds.',
  },
  max_interval: {
    type: 'seconds',
    default: 'none; 0 with the rules v1, v2 and v3',
    about: 'The longest time between two alerts of scheduled logging, in seconds.',
  },
  max_absolute_change: {
    type: 'change',
    default: 'none; 0 with the rules v3',
    about: 'A change beyond this is logged, in the unit of the value.',
  },
  max_fractional_change: {
    type: 'change',
    default: 'none; 0 with the rules v1, v2 and v3',
    about: 'A change beyond this part of the last value is logged: 0.05 is 5 %.',
  },
  check_field: {
    type: 'text',
    default: 'value_cal',
    about: 'Which value the limits of change are about: value_cal or value_raw.',
  },
  alert_routing_key: {
    type: 'text',
    default: 'sensor_value',
    otherNames: ['log_routing_key_prefix'],
    about: 'The first words of the routing key of alerts; the name of the endpoint follows.',
  },
  delay_start: {
    type: 'boolean',
    default: 'false',
    about: 'Logging begins with a pause of log_interval rather than at once.',
  },
  logRules: {
    type: 'logRules',
    default: 'those of the file; alidade in new ones',
    about:
      'Which readings are logged: as the generations v1, v2, v3 do it, faults included, or as one would expect (alidade).',
  },
} as const;

/** Options of an entity from what a file says. */
export function entityOptions(values: ValuesOf<typeof entityParameters>, name: string): EntityOptions {
  return {
    name,
    calibration: values.calibration,
    units: values.units,
    range: values.range,
    getOnSet: values.get_on_set,
    logOnSet: values.log_on_set,
    logIntervalSeconds: values.log_interval,
    maxIntervalSeconds: values.max_interval,
    maxAbsoluteChange: values.max_absolute_change,
    maxFractionalChange: values.max_fractional_change,
    checkField: values.check_field,
    alertRoutingKey: values.alert_routing_key,
    delayStart: values.delay_start,
    logRules: values.logRules,
  };
}
