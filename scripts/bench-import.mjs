// Imports and tokenises a large made-up text, and says how fast and in how much memory:
//
//     node scripts/bench-import.mjs [megabytes] [codepoint|grapheme|word|bpe|none …]
//
// Two rates are printed for each stage: by the clock, and by the processor time of the whole process, all its threads. On a quiet
// machine they are nearly the same; where the clock's is much lower, other programs were at work or the disk was waited for. `import`
// decodes, stores and counts; a tokeniser's line is all its passes over the stored text (counting, learning, encoding); `import and …`
// is both, one after the other; `read alone` is the source file through the same reader.
//
// The text is words drawn with Zipf frequencies from a vocabulary that grows, as in real text; needs about four times its size
// on the disk of the temporary folder. Each stage runs in a process of its own, so that its peak memory is its own.
import { fork } from 'node:child_process';
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

/**
 * @typedef {{ bytes: number, seconds: number, cpu: number, peak: number }} Measured bytes of text, seconds by the clock and of
 *   processor time, the largest resident memory in MiB
 */

/** @param {string} what @param {Measured} measured */
function print(what, { bytes, seconds, cpu, peak }) {
  /** @param {number} time */
  const rate = (time) => `${(bytes / 1e6 / time).toFixed(0).padStart(5)} MB/s`;
  console.log(
    `${what.padEnd(22)} ${rate(seconds)} in ${seconds.toFixed(1).padStart(5)} s; ${rate(cpu)} in ${cpu.toFixed(1).padStart(5)} s of processor time; peak resident ${peak.toFixed(0)} MiB`,
  );
}

/** @param {string} what @param {() => Promise<number>} work gives the bytes it went through */
async function measure(what, work) {
  const begun = process.resourceUsage();
  const before = performance.now();
  const bytes = await work();
  const seconds = (performance.now() - before) / 1000;
  const ended = process.resourceUsage();
  const cpu = (ended.userCPUTime + ended.systemCPUTime - begun.userCPUTime - begun.systemCPUTime) / 1e6;
  const measured = { bytes, seconds, cpu, peak: ended.maxRSS / 1024 };
  print(what, measured);
  // To the process that started this one.
  process.send?.(measured);
}

async function engine() {
  const [{ nodeFiles }, { importText }, { tokenizeCorpus }] = await Promise.all([
    import('../src/main/files.ts'),
    import('../src/engine/corpus/import-text.ts'),
    import('../src/engine/corpus/tokenize.ts'),
  ]);
  return { files: nodeFiles(), importText, tokenizeCorpus, signal: new AbortController().signal };
}

if (stage === 'read') {
  const [path = ''] = args;
  const { files } = await engine();
  await measure('read alone', async () => {
    let bytes = 0;
    for await (const chunk of files.readChunks(path)) bytes += chunk.length;
    return bytes;
  });
} else if (stage === 'import') {
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
    /** @param {string[]} stageArgs @returns {Promise<Measured>} */
    const run = (...stageArgs) =>
      new Promise((resolve, reject) => {
        const child = fork(import.meta.filename, stageArgs);
        child.once('message', (measured) => resolve(/** @type {Measured} */ (measured)));
        child.once('exit', (code) => reject(new Error(`${stageArgs[0]} ended with code ${code}`)));
      });
    await run('read', source);
    const imported = await run('import', source, join(folder, 'texts'));
    rmSync(join(folder, 'texts'), { recursive: true });
    for (const name of args.length > 0 ? args : ['codepoint', 'word', 'bpe']) {
      if (name === 'none') continue;
      const tokenized = await run('tokenize', source, join(folder, name), name);
      rmSync(join(folder, name), { recursive: true });
      print(`import and ${name}`, {
        bytes: imported.bytes,
        seconds: imported.seconds + tokenized.seconds,
        cpu: imported.cpu + tokenized.cpu,
        peak: Math.max(imported.peak, tokenized.peak),
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
