/** What of a batch came to nothing, one by one; what was answered is gone from the list. */
export function BatchFailures({
  message,
  failures,
}: {
  message: string;
  failures: readonly { title: string; message: string }[];
}) {
  return (
    <div role="alert" className="border-l-4 border-broken-rule px-4 py-3">
      <p className="font-semibold text-broken">{message}</p>
      {failures.length > 0 && (
        <ul className="mt-2 flex flex-col gap-1">
          {failures.map((failure) => (
            <li key={`${failure.title} ${failure.message}`}>
              <span className="break-all font-data text-data font-bold">{failure.title}</span>: {failure.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
