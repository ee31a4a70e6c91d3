console.log(`unroll: ${process.argv.slice(2).join(' ')} (Node ${process.version})`);
