// One earcon, made on the spot: two steps upwards in a fifth of a second. Nothing is fetched.

let context: AudioContext | null = null;

/** Sounds once; false when the browser does not let it yet, because nobody has touched the page since it was loaded. */
export async function soundTone(): Promise<boolean> {
  context ??= new AudioContext();
  if (context.state === 'suspended') {
    // Without a touch it stays pending for good.
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
  }
  if (context.state !== 'running') return false;
  const start = context.currentTime;
  const gain = context.createGain();
  gain.connect(context.destination);
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.15, start + 0.01);
  gain.gain.setValueAtTime(0.15, start + 0.17);
  gain.gain.linearRampToValueAtTime(0, start + 0.2);
  const tone = context.createOscillator();
  tone.type = 'triangle';
  tone.frequency.setValueAtTime(660, start);
  tone.frequency.setValueAtTime(880, start + 0.1);
  tone.connect(gain);
  tone.start(start);
  tone.stop(start + 0.21);
  return true;
}
