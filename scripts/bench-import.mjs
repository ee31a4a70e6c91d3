// Imports and tokenises a large made-up text, and says how fast and in how much memory:
//
//     node scripts/bench-import.mjs [megabytes] [codepoint|grapheme|word|bpe|none …]
//
// The text is words drawn with Zipf frequencies from a vocabulary that grows, as in real text; needs about five times its size
// on the disk of the temporary folder. Each stage runs in a process of its own, so that its peak memory is its own.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const [stage, ...args] = process.argv.slice(2);

/** @param {string} path @param {number} bytes */
function writeText(path, bytes) {
  const syllables = ['ta', 'ri', 'mo', 'sel', 'un', 'ka', 'the', 'ing', 'or', 'ped', 'li', 'vé', 'на', 'дом'];
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / 16777216;
  };
  /** @param {number} n */
  const word = (n) => {
    let text = '';
    for (let left = n + 1; left > 0; left = Math.floor(left / syllables.length))
      text += syllables[left % syllables.length];
    return text;
  };
  const file = openSync(path, 'w');
  for (let written = 0; written < bytes;) {
    let text = '';
    while (text.length < 1 << 20) {
      const rank = Math.floor(Math.exp(random() * random() * Math.log(2e6)));
      text += word(rank) + (random() < 0.1 ? (random() < 0.4 ? '.\n' : ', ') : ' ');
    }
    written += writeSync(file, text);
  }
  closeSync(file);
}

/** @param {string} what @param {() => Promise<number>} work gives the bytes it went through */
async function measure(what, work) {
  const before = performance.now();
  const bytes = await work();
  const seconds = (performance.now() - before) / 1000;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpu = (userCPUTime + systemCPUTime) / 1e6;
  const peak = maxRSS / 1024;
  console.log(
    `${what.padEnd(12)} ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s = ${(bytes / 1e6 / seconds).toFixed(0)} MB/s (${cpu.toFixed(1)} s of processor time), peak resident ${peak.toFixed(0)} MB`,
  );
}

async function engine() {
  const [{ nodeFiles }, { importText }, { tokenizeCorpus }] = await Promise.all([
    import('../src/main/files.ts'),
    import('../src/engine/corpus/import-text.ts'),
    import('../src/engine/corpus/tokenize.ts'),
  ]);
  return { files: nodeFiles(), importText, tokenizeCorpus, signal: new AbortController().signal };
}

if (stage === 'import') {
  const [sourcePath = '', targetDir = ''] = args;
  const { files, importText, signal } = await engine();
  await measure('import', async () => {
    const { bytes } = await importText(files, { sourcePath, targetDir, encoding: null }, () => {}, signal);
    return bytes;
  });
} else if (stage === 'tokenize') {
  const [textPath = '', targetDir = '', name = ''] = args;
  const { files, tokenizeCorpus, signal } = await engine();
  const { tokenizerSchema } = await import('../src/engine/training/config.ts');
  const kinds = new Map([
    ['codepoint', { kind: 'char' }],
    ['grapheme', { kind: 'char', unit: 'grapheme' }],
    ['word', { kind: 'word', maxVocabulary: 20_000 }],
    ['bpe', { kind: 'bpe', maxVocabulary: 2000 }],
  ]);
  const tokenizer = tokenizerSchema.parse(kinds.get(name));
  await measure(name, async () => {
    const request = { tokenizer, textPath, validTextPath: null, testTextPath: null, split: { valid: 0.1, test: 0 } };
    await tokenizeCorpus(files, { ...request, targetDir }, () => {}, signal);
    return files.size(textPath);
  });
} else {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-bench-'));
  try {
    const source = join(folder, 'source.txt');
    writeText(source, Number(stage ?? 200) * 1e6);
    /** @param {string[]} stageArgs */
    const run = (...stageArgs) => {
      const { status } = spawnSync(process.execPath, [import.meta.filename, ...stageArgs], { stdio: 'inherit' });
      if (status !== 0) process.exitCode = 1;
    };
    run('import', source, join(folder, 'texts'));
    for (const name of args.length > 0 ? args : ['codepoint', 'word', 'bpe']) {
      if (name !== 'none') run('tokenize', source, join(folder, name), name);
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
