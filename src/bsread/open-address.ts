/** Whether others than this machine can reach what listens there. */
export function isOpenAddress(address: string): boolean {
  return !/^(?:ipc:|tcp:\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]):)/.test(address);
}
