/** The bus: one interface, two engines. Start at bus.ts (what a bus is) and open-bus.ts (how one is opened). */
export type {
  Binding,
  Bus,
  BusEvent,
  BusQueue,
  BusStatus,
  ConsumeOptions,
  Consumer,
  Delivery,
  DropReason,
  Exchange,
  Message,
  Properties,
  RequestOptions,
  SendOptions,
} from './bus.ts';
export { busEventLog } from './bus-event-log.ts';
export type { CredentialSources, Environment } from './credentials.ts';
export { type Field, type FieldTable, type FieldTag, table, text, uint32 } from './field.ts';
export { type OpenBusOptions, openBus } from './open-bus.ts';
export { constantTable } from './wire/field-table.ts';
