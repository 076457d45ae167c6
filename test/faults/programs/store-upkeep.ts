/** Runs `backup` or `copy` of the store URL to a folder, and says how far it is, until it is killed. */
import { backupStore, copyStore } from '../../../src/store/upkeep/index.ts';

const [verb, url = '', folder = ''] = process.argv.slice(2);
const onProgress = ({ portion }: { readonly portion: number }) => process.stdout.write(`${portion}\n`);
if (verb === 'backup') await backupStore(url, folder, { onProgress });
else await copyStore(url, `sqlite:${folder}`, { onProgress });
process.stdout.write('done\n');
