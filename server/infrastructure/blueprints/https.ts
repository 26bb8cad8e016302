import { createHash } from 'node:crypto';
import type { BlueprintSource, BlueprintText } from '../../application/blueprint-port.ts';
import { registryIndex } from '../../domain/blueprint-import.ts';
import { invalid } from '../../domain/errors.ts';
import type { MayReach } from '../git/reachability.ts';
import { fetchHttps } from './fetch-https.ts';
import { refuseCount } from './found-files.ts';
import { maxYamlBytes } from './yaml-bounds.ts';

const maxIndexBytes = 1024 * 1024;

const refuse = (path: string, message: string) => invalid([{ path, message }], message);

/** One YAML file whose checksum is given, or an index that names the checksum of each: nothing else is taken. */
export function createHttpsSource(options: {
  mayReach: MayReach;
  networkMs: number;
  /** Certificates to trust beside the system's. */
  ca?: string;
}): BlueprintSource<'https'> {
  return {
    async read({ url, sha256, keys }) {
      const deadline = Date.now() + options.networkMs;
      const get = (address: URL, maxBytes: number) => fetchHttps(address, { ...options, maxBytes, deadline });
      const taken = async (address: URL, checksum: string, name: string): Promise<BlueprintText> => {
        const yaml = await get(address, maxYamlBytes);
        const found = createHash('sha256').update(yaml).digest('hex');
        if (found !== checksum)
          throw refuse('url', `${name} is not taken: its SHA-256 is ${found}, and ${checksum} was said.`);
        return { name, yaml: yaml.toString('utf8'), origin: { kind: 'https', url: address.href, sha256: found } };
      };

      if (!URL.canParse(url)) throw refuse('url', 'This is not a URL.');
      const address = new URL(url);
      if (sha256 !== undefined) {
        if (keys !== undefined) throw refuse('keys', 'Keys choose from an index; with a checksum this is one file.');
        return [await taken(address, sha256, address.href)];
      }
      const entries = entriesOf(await get(address, maxIndexBytes), keys);
      const texts: BlueprintText[] = [];
      for (const entry of entries) {
        if (!URL.canParse(entry.url, address.href)) throw refuse('url', `The index gives ${entry.key} no URL.`);
        const { key, version } = entry;
        const text = await taken(new URL(entry.url, address.href), entry.sha256, `${key} ${version}`);
        texts.push({ ...text, expected: { key, version } });
      }
      return texts;
    },
  };
}

function entriesOf(body: Buffer, keys: readonly string[] | undefined) {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    const message = 'This is no index (JSON with blueprints); a single file needs its SHA-256 beside its URL.';
    const error = refuse('sha256', message);
    error.cause = cause;
    throw error;
  }
  const parsed = registryIndex.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse('url', `The index cannot be read: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { blueprints } = parsed.data;
  const missing = keys?.find((key) => !blueprints.some((one) => one.key === key));
  if (missing !== undefined) throw refuse('keys', `The index has no ${missing}.`);
  const chosen = blueprints.filter(({ key }) => keys?.includes(key) ?? true);
  refuseCount(chosen.length, 'url', 'the index');
  return chosen;
}
