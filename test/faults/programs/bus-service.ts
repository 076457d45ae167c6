/** `URL NAME`: answers requests to NAME with its name, but for those that say `silent`; says `took` for each. */
import { openBus } from '../../../src/bus/index.ts';

const [url, name = ''] = process.argv.slice(2);
const bus = await openBus(url);
await bus.consume({
  queue: name,
  bindings: [{ exchange: 'requests', key: `${name}.#` }],
  async onMessage({ body, properties: { replyTo = '', correlationId } }) {
    console.log('took');
    if (Buffer.from(body).toString() === 'silent') return;
    const reply = { exchange: 'requests', routingKey: replyTo, body: Buffer.from(name) } as const;
    await bus.send({ ...reply, properties: { correlationId } });
  },
});
console.log('ready');
process.stdin.on('end', () => bus.close()).resume();
