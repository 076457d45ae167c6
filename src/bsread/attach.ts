interface Attachable {
  bind(endpoint: string): Promise<string>;
  connect(endpoint: string): void;
}

/**
 * Binds or connects a socket to all addresses, one after the other.
 *
 * @returns where it listens, with real ports, or is to be connected to
 * @throws ALI_ENDPOINT, ALI_ADDRESS
 */
export async function attach(
  socket: Attachable,
  addresses: string | readonly string[],
  mode: 'bind' | 'connect',
): Promise<string[]> {
  const endpoints: string[] = [];
  for (const address of typeof addresses === 'string' ? [addresses] : addresses) {
    if (mode === 'connect') socket.connect(address);
    endpoints.push(mode === 'bind' ? await socket.bind(address) : address);
  }
  return endpoints;
}
