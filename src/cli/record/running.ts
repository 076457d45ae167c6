import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { printable, type Terminal } from '../terminal.ts';

/** A recording of this machine and user that another command can ask. */
export interface RunningRecording {
  readonly pid: number;
  /** Of its small HTTP server. */
  readonly port: number;
  /** Its paths begin with this, so that only who may read the announcement is answered, and by this recording only. */
  readonly secret: string;
  /** Absolute. */
  readonly file: string;
  readonly stream: string;
  readonly startedAt: string;
}

/** As the server of a recording tells it; whole numbers that are too large for JSON's are rounded. */
export interface SaidStatus {
  readonly state: string;
  readonly problem?: string;
  readonly ending?: string;
  readonly countdownMs: number;
  readonly received: number;
  readonly written: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly committed: number;
  readonly receivedBytes: number;
  readonly firstPulseId?: number;
  readonly lastPulseId?: number;
  readonly gaps: number;
  readonly missingPulses: number;
  readonly channels: number;
  readonly lostValues: Readonly<Record<string, number>>;
  readonly unverified: number;
  readonly fault?: string;
  /** Of the connection to the sender; not of a recording that has ended. */
  readonly source?: { readonly connected: boolean; readonly since: string; readonly problem?: string };
}

const askWithinMs = 3000;
/** A file on a slow disk takes its time to be closed. */
export const stopWithinMs = 60_000;

/** Where what goes on in the background is told: a runtime folder is emptied by many systems when its user logs out. */
function lastingFolder(): string {
  return join(tmpdir(), `alidade-recordings-${process.getuid?.() ?? 0}`);
}

/** Where the recordings of this terminal are told. */
function folderOf({ environment }: Terminal): string {
  const runtime = environment.XDG_RUNTIME_DIR;
  return runtime ? join(runtime, 'alidade-recordings') : lastingFolder();
}

/** The same, made where it is not there; nobody else may write in it. @throws ALI_FILE_NOT_WRITTEN */
function madeFolderOf(terminal: Terminal): string {
  const path = folderOf(terminal);
  try {
    mkdirSync(path, { mode: 0o700, recursive: true });
  } catch (cause) {
    const text = `recordings are announced in ${path}, which cannot be made: ${messageOf(cause)}`;
    throw new AlidadeError('ALI_FILE_NOT_WRITTEN', text, { cause });
  }
  if (isOurs(path)) return path;
  throw new AlidadeError('ALI_FILE_NOT_WRITTEN', `${path} is not a folder of yours alone; take it away`);
}

/** Whether it is a folder in which nobody else may write. */
function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return (
    found?.isDirectory() === true && found.uid === (process.getuid?.() ?? 0) && (found.mode & 0o022) === 0
  );
}

/**
 * Tells other commands of a recording, until what this gives is disposed. Where that cannot be, the terminal is told:
 * no measurement is lost over it.
 */
export function announce(recording: RunningRecording, terminal: Terminal): Disposable {
  let path: string | undefined;
  try {
    path = join(madeFolderOf(terminal), `${recording.pid}-${recording.port}.json`);
    writeFileSync(path, JSON.stringify(recording), { mode: 0o600 });
  } catch (error) {
    terminal.stderr.write(
      `alidade: other terminals cannot find this recording: ${printable(messageOf(error))}; Ctrl-C ends it\n`,
    );
  }
  return { [Symbol.dispose]: () => path !== undefined && rmSync(path, { force: true }) };
}

/** The recordings that run, the oldest first. What a killed one has left is taken away. */
export function runningRecordings(terminal: Terminal): RunningRecording[] {
  const files = [...new Set([folderOf(terminal), lastingFolder()])].flatMap(filesIn);
  const found = files.flatMap((file) => {
    try {
      const recording = JSON.parse(readFileSync(file, 'utf8')) as RunningRecording;
      if (isAlive(recording.pid)) return [recording];
      rmSync(file, { force: true });
    } catch {
      // It was just taken away, or is being written.
    }
    return [];
  });
  return found.sort((one, other) => one.startedAt.localeCompare(other.startedAt));
}

/** The files of a folder of ours; none where it is gone, as after a log-out, or is not ours to read. */
function filesIn(folder: string): string[] {
  try {
    return isOurs(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A recording and its status, for programs. */
export function statusJson({ secret: _, ...recording }: RunningRecording, status: SaidStatus): string {
  return JSON.stringify({ ...recording, status });
}

/** What a recording says of itself. @throws ALI_NOT_FOUND when it ended meanwhile */
export function statusOf(recording: RunningRecording): Promise<SaidStatus> {
  return ask(recording, 'GET', '/status', askWithinMs);
}

/** Ends a recording; its last status, with its file closed. @throws ALI_NOT_FOUND when it ended meanwhile */
export function stopRecording(recording: RunningRecording): Promise<SaidStatus> {
  return ask(recording, 'POST', '/stop', stopWithinMs);
}

async function ask(
  { port, secret, file }: RunningRecording,
  method: string,
  path: string,
  withinMs: number,
): Promise<SaidStatus> {
  try {
    const signal = AbortSignal.timeout(withinMs);
    const answer = await fetch(`http://127.0.0.1:${port}/${secret}${path}`, { method, signal });
    if (!answer.ok) throw new Error('another program has its port');
    return (await answer.json()) as SaidStatus;
  } catch (cause) {
    throw new AlidadeError('ALI_NOT_FOUND', `the recording of ${file} does not answer: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/**
 * The recordings that a word names: a file, by its path or its name, or a process.
 *
 * @throws ALI_NOT_FOUND; ALI_USAGE when nothing was named and there are several
 */
export function chosenRecordings(name: string | undefined, terminal: Terminal): RunningRecording[] {
  const running = runningRecordings(terminal);
  if (name === undefined) {
    if (running.length === 0) throw new AlidadeError('ALI_NOT_FOUND', 'no recording is running');
    if (running.length === 1) return running;
    const names = running.map(({ file }) => file).join(', ');
    throw new AlidadeError(
      'ALI_USAGE',
      `${running.length} recordings are running: name one of ${names}, or --all`,
    );
  }
  const chosen = running.filter(
    ({ pid, file }) => String(pid) === name || file === name || file.endsWith(`/${name}`),
  );
  if (chosen.length > 0) return chosen;
  throw new AlidadeError(
    'ALI_NOT_FOUND',
    `no recording of '${name}' is running; 'alidade record list' lists them`,
  );
}
