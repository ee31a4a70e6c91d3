/** A process of its own that holds a workspace for writing until it is killed. Says "open" when it has it. */
import { openStore } from '../../../src/main/store/store.ts';

openStore(process.argv[2]!);
process.send!('open');
setInterval(() => {}, 1_000_000);
