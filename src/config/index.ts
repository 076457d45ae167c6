/** The configuration database: what the instrument is. Start at database.ts (what can be done) and layout.ts (where it stands). */
export type {
  Commit,
  ConfigurationChange,
  FieldChange,
  FullCommit,
  HashChange,
  JsonObject,
  JsonText,
  JsonValue,
} from './change.ts';
export { ConfigurationDatabase } from './database.ts';
export { ConfigurationError, RevisionError } from './errors.ts';
export type * from './event.ts';
export { readConfigurationFile, readConfigurationText } from './file.ts';
export { type JsonNode, readJson } from './json.ts';
export { type OpenConfigurationDatabaseOptions, openConfigurationDatabase } from './open.ts';
export type * from './options.ts';
export { wireText } from './state.ts';
