// Preloaded into the app by NODE_OPTIONS: its clock is off by the seconds that stand in the file CLOCK_SHIFT_FILE. What
// it believes after a change stands in the same file's name with `.seen`.
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env.CLOCK_SHIFT_FILE;
const RealDate = Date;
let ahead = 0;

function look() {
  try {
    const told = Number(readFileSync(file, 'utf8')) * 1000 || 0;
    if (told === ahead) return;
    ahead = told;
    writeFileSync(`${file}.seen`, new Date().toISOString());
  } catch {
    // Nothing is written yet: the clock is right.
    ahead = 0;
  }
}
look();
setInterval(look, 100).unref();

globalThis.Date = class extends RealDate {
  constructor(...words) {
    if (words.length === 0) super(RealDate.now() + ahead);
    else super(...words);
  }

  static now() {
    return RealDate.now() + ahead;
  }
};
