import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

test('what goes in comes out in its order, however far it lags behind', () => {
  const runs = fc.array(fc.record({ pushes: fc.nat(3000), shifts: fc.nat(3000) }), { maxLength: 8 });
  fc.assert(
    fc.property(runs, (steps) => {
      const fifo = new Fifo<number>();
      let [pushed, shifted] = [0, 0];
      for (const { pushes, shifts } of steps) {
        for (let i = 0; i < pushes; i++) fifo.push(pushed++);
        for (let i = 0; i < shifts; i++) {
          const wanted = shifted < pushed ? shifted++ : undefined;
          if (fifo.shift() !== wanted) throw new Error(`${wanted} was to come`);
        }
        expect(fifo.length).toBe(pushed - shifted);
      }
    }),
  );
});
