import { existsSync } from 'node:fs';

/**
 * The browser of the journeys: CHROMIUM_PATH, else the one that comes with the packages (unpacked once into the
 * temporary directory). Throws a sentence when there is none.
 */
export async function findBrowser(): Promise<string> {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (existsSync(given)) return given;
    throw new Error(`CHROMIUM_PATH names ${given}, which does not exist: give the path of a Chromium or unset it.`);
  }
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    return await chromium.executablePath();
  } catch (cause) {
    throw new Error(
      'There is no browser for the journeys: run "npm ci" with the development packages, or set CHROMIUM_PATH.',
      { cause },
    );
  }
}
