import { dateTime } from '../format.ts';

/** A link that works once, shown here once: whoever holds it acts as the person it was made for. */
export function OneUseLinkShown({ title, link, expiresAt }: { title: string; link: string; expiresAt: Date }) {
  return (
    <div role="status" className="m-3 border-4 border-live p-3 lg:m-4">
      <p className="engraved text-data">{title}: copy it now, it is not shown again</p>
      <output className="mt-2 block select-all break-all bg-inverse p-2 font-data text-data text-on-inverse">
        {link}
      </output>
      <p className="mt-2 text-data text-ink-2">
        It works once, until {dateTime(expiresAt)}. Whoever holds it can use it: send it to nobody else.
      </p>
    </div>
  );
}
