/**
 * A stand-in for the app, run as a process of its own so that a test may kill it: gateway and supervisor on the
 * given data directory. It prints one line with the process ids when OpenCode is online.
 */
import { startRuntime } from './runtime-testing.ts';

const [dataDir = '', watchdogMs = ''] = process.argv.slice(2);
const runtime = await startRuntime({ dataDir, watchdogMs: Number(watchdogMs) });
process.on('SIGTERM', () => {
  runtime.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
const { pid } = runtime.supervisor.status();
process.stdout.write(`${JSON.stringify({ pid, gatewayPort: runtime.gateway.port() })}\n`);
