/** The recovery codes, shown here once: each stands in for the app one time. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <div role="status" className="border-4 border-live p-3 lg:p-4">
      <p className="engraved text-data">Recovery codes: keep them now, they are not shown again</p>
      <output className="mt-2 grid select-all grid-cols-2 gap-x-6 gap-y-1 bg-inverse p-3 font-data text-on-inverse">
        {codes.map((code) => (
          <span key={code}>{code}</span>
        ))}
      </output>
      <p className="mt-2 text-data text-ink-2">
        Each works once, in place of the app's code. Whoever has one and your password is you: keep them apart.
      </p>
    </div>
  );
}
