// Goes on writing on a transaction whose connection the server of its argument has ended; says how each statement fares.
import { postgres } from '../postgres-driver.ts';

const [, , url = ''] = process.argv;
const sql = postgres(url, { max: 1, onnotice: () => {} });
const other = postgres(url, { max: 1, onnotice: () => {} });
const told = await sql
  .begin(async (tx) => {
    const [row] = await tx`select pg_backend_pid() as pid`;
    await other`select pg_terminate_backend(${Number(row?.pid)})`;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return tx`select 1`;
  })
  .then(
    () => 'answered',
    (error: unknown) => String(Reflect.get(Object(error), 'code')),
  );
process.stdout.write(`${told}\n`);
const [again] = await sql`select 'works again' as words`;
process.stdout.write(`${again?.words}\n`);
await Promise.all([sql.end(), other.end()]);
