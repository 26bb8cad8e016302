/** Shown wherever the work on the page was, or will be, done by the scripted model and not by a real one. */
export function RehearsalMark({ words = 'Rehearsal' }: { words?: string }) {
  return (
    <span
      title="The built-in scripted model answers; no provider is called and nothing costs money."
      className="inline-flex items-stretch border-2 border-caution bg-surface-0 text-caution"
    >
      <span aria-hidden="true" className="hazard w-4 max-[22.4rem]:hidden" />
      <span className="engraved px-2 text-data leading-6">{words}</span>
    </span>
  );
}
