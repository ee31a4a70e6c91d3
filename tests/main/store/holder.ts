/** A process of its own that holds a workspace for writing until it is killed. Says "open" when it has it. */
import { openStore } from '../../../src/main/store/store.ts';

const store = openStore(process.argv[2]!);
// A store that nothing refers to is collected, and its lock with it.
process.on('exit', () => store.close());
process.send!('open');
setInterval(() => {}, 1_000_000);
