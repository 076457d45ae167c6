import { AlidadeError, messageOf } from '../../shared/errors.ts';

/** The user that a program keeps running as. */
export const sameUser = -1;

interface Groups {
  initgroups?(user: number, group: number): void;
}

/**
 * Makes the process one of the user and group `id`, with the supplementary groups of that user: what it writes is theirs,
 * and nothing that only the caller may touch stays open to it.
 *
 * @throws ALI_USER when the system does not let us
 */
export function becomeUser(id: number): void {
  // The types of Node.js leave out initgroups.
  const { setuid, setgid, initgroups, setgroups, getuid, getgid }: typeof process & Groups = process;
  if (id === sameUser || (getuid?.() === id && getgid?.() === id)) return;
  if (!setuid || !setgid || !initgroups || !setgroups) {
    throw new AlidadeError('ALI_USER', `this system has no users to become; give ${sameUser}`);
  }
  try {
    try {
      initgroups(id, id);
    } catch (error) {
      // No account has this number, so it is in no other group.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_CREDENTIAL') throw error;
      setgroups([id]);
    }
    setgid(id);
    setuid(id);
  } catch (cause) {
    throw new AlidadeError(
      'ALI_USER',
      `cannot become user ${id}: ${messageOf(cause)}; only root may, and ${sameUser} stays who it is`,
      { cause },
    );
  }
}
