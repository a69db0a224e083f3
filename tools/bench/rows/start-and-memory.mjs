import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../process/run.mjs';
import { median, milliseconds } from '../measure.mjs';

const ROUNDS = 5;
const IDLE = 5000; // milliseconds after which what a start needed is given back
const MEBIBYTE = 1024 * 1024;

/** From the start of the process to `/health/ready`, and what it holds when idle. @param {import('../place.mjs').Place} place */
export async function startAndMemory(place) {
  const { url: databaseUrl } = await place.newDatabase();
  const start = {
    bare: () => place.program('bare/hello.mjs'),
    ours: () => place.api('api-start', { DATABASE_URL: databaseUrl }),
  };
  /** @type {Record<'bare' | 'ours', { time: number[], memory: number[] }>} */
  const samples = { bare: { time: [], memory: [] }, ours: { time: [], memory: [] } };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const side of /** @type {const} */ (['bare', 'ours'])) {
      const program = await start[side]();
      if (round > 0) samples[side].time.push(program.startedIn); // the first one fills the file cache
      if (round === ROUNDS) {
        await pause(IDLE);
        samples[side].memory.push(await residentMemory(program.pid));
      }
      await program.stop();
    }
  }
  const { bare, ours } = samples;
  const [bareMemory = NaN, ourMemory = NaN] = [bare.memory[0], ours.memory[0]];
  return [
    {
      work: 'start to ready',
      bare: milliseconds(median(bare.time)),
      ours: milliseconds(median(ours.time)),
      ratio: median(ours.time) / median(bare.time),
      aim: '1.5 s',
      samples: { bare: bare.time, ours: ours.time },
    },
    {
      work: 'idle memory (RSS)',
      bare: `${bareMemory.toFixed(0)} MB`,
      ours: `${ourMemory.toFixed(0)} MB`,
      ratio: ourMemory / bareMemory,
      aim: '150 MB',
      samples: { bare: bare.memory, ours: ours.memory },
    },
  ];
}

/** @param {number} pid @returns {Promise<number>} MB */
async function residentMemory(pid) {
  if (process.platform === 'linux') {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return (Number(kibibytes) * 1024) / MEBIBYTE;
  }
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return (Number(stdout) * 1024) / MEBIBYTE;
}
