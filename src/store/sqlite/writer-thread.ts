import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Ringer } from '../../ipc/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { readBatch, writeResult } from './batch-codec.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { Commits, type Task } from './commits.ts';
import { openDatabase } from './database.ts';
import { close, type Reply, taskTag, type WriterData } from './writer-protocol.ts';

/** The thread that writes the file of one space: takes groups of tasks, commits them, answers, rings. */
const port = parentPort;
if (port === null) throw new Error('this module runs as a worker thread');
const { path, location, bells } = workerData as WriterData;
const ringer = new Ringer(bells.folder, bells.name);
const commits = new Commits(openDatabase(path, location), location);
const collectAfterMs = 50;
let collector: NodeJS.Timeout | undefined;

port.on('message', (first: Uint8Array | typeof close) => {
  const groups: Uint8Array[] = [];
  let message: Uint8Array | typeof close | undefined = first;
  while (message !== undefined && message !== close) {
    groups.push(message);
    message = receiveMessageOnPort(port)?.message as Uint8Array | typeof close | undefined;
  }
  if (groups.length > 0) commit(groups);
  if (message === close) end();
});

/** Everything that has come in meanwhile goes into one commit: one sync of the disk for all. */
function commit(groups: readonly Uint8Array[]): void {
  const { results, published } = commits.commit(groups.flatMap(readTasks));
  const out = new ByteWriter();
  for (const result of results) writeResult(out, result);
  const bytes = out.take();
  const reply: Reply = { results: bytes, groups: groups.length, published };
  port?.postMessage(reply, [bytes.buffer]);
  if (published) ringer.ring();
  collector ??= setTimeout(collect, collectAfterMs).unref();
}

function collect(): void {
  commits.shortenLog();
  collector = commits.collect() ? setTimeout(collect, 1).unref() : undefined;
}

function readTasks(group: Uint8Array): Task[] {
  const tasks: Task[] = [];
  for (const from = new ByteReader(group); !from.done; ) {
    const tag = from.u8();
    if (tag === taskTag.clear) tasks.push({ durable: true, batch: 'clear' });
    else tasks.push({ durable: tag === taskTag.durable, batch: readBatch(from) });
  }
  return tasks;
}

function end(): void {
  clearTimeout(collector);
  try {
    commits.close();
  } catch (error) {
    throw error instanceof AlidadeError ? error : new AlidadeError('ALI_STORE_FAILED', String(error));
  }
  ringer.close();
  port?.close();
}
