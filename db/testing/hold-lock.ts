// Takes the lock file of its argument and holds it until its input ends; says which, or why not.
import { acquireLock } from '../lock.ts';

const [, , path = ''] = process.argv;
try {
  const lock = await acquireLock(path, 'The test');
  process.stdout.write('held\n');
  process.stdin.resume();
  process.stdin.on('end', () => lock.release());
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
