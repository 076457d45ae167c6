/** `npm run campaign -- NAME [ARGUMENT…]`: a long search for what a fault could break. */
const campaigns: Readonly<
  Record<string, () => Promise<{ run: (args: readonly string[]) => Promise<boolean> }>>
> = {
  hdf5: () => import('../test/hdf5/campaign.ts'),
  recording: () => import('../test/recording/campaign.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = campaigns[name];
if (load === undefined) {
  console.error(`name what to search: npm run campaign -- ${Object.keys(campaigns).join(' | ')}`);
  process.exit(2);
}
try {
  process.exitCode = (await (await load()).run(args)) ? 0 : 1;
} catch (error) {
  console.error(`npm run campaign: ${(error as Error).message}`);
  process.exitCode = 1;
}
