const variable = 'KATSDPTELSTATE_ALLOW_PICKLE';
let allowed: boolean | undefined;

/** Whether the environment allows old pickled values to be read; it is looked at once. */
export function environmentAllowsPickle(): boolean {
  allowed ??= isAllowed(globalThis.process?.env[variable]);
  return allowed;
}

function isAllowed(setting: string | undefined): boolean {
  if (setting === '1') return true;
  if (setting !== undefined && setting !== '' && setting !== '0') {
    process.emitWarning(
      `${variable} is '${setting}', which means nothing: 1 allows old pickled values, 0 does not`,
    );
  }
  return false;
}
