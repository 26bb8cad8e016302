import { Form, useNavigation } from 'react-router';
import type { BlueprintParameter } from '../../server/domain/blueprint.ts';
import { Button } from './ui/button.tsx';

interface BlueprintParametersProps {
  parameters: readonly BlueprintParameter[];
  /** What was asked for, by key; what is not in it is as it is unless said. */
  asked: Readonly<Record<string, string>>;
  version: string;
  problems: readonly string[];
}

/** The parameters of a blueprint, to be tried out: the question stands in the address, so it works without scripts. */
export function BlueprintParameters({ parameters, asked, version, problems }: BlueprintParametersProps) {
  const { state, formMethod } = useNavigation();
  const busy = state === 'loading' && formMethod === 'GET';
  if (parameters.length === 0) {
    return <p className="px-3 py-4 text-ink-2 lg:px-4">It takes none: it is always the same plan.</p>;
  }
  return (
    <Form method="get" preventScrollReset className="flex flex-col gap-3 p-3 lg:p-4">
      <input type="hidden" name="version" value={version} />
      {problems.length > 0 && (
        <ul role="alert" className="border-l-4 border-broken-rule px-3 py-1 text-data text-broken">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      {parameters.map((parameter) => (
        <Parameter
          key={parameter.key}
          parameter={parameter}
          value={asked[parameter.key] ?? String(parameter.default)}
        />
      ))}
      <Button type="submit" disabled={busy}>
        Draw the plan with these
      </Button>
    </Form>
  );
}

function Parameter({ parameter, value }: { parameter: BlueprintParameter; value: string }) {
  const name = `p.${parameter.key}`;
  const options = parameter.type === 'boolean' ? ['true', 'false'] : parameter.options;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] items-center gap-3">
      <label htmlFor={name} className="min-w-0">
        <span className="block break-words font-data text-data">{parameter.key}</span>
        <span className="block break-words text-data text-ink-3">
          {parameter.type}, {String(parameter.default)} unless said
        </span>
      </label>
      {options === undefined ? (
        <input
          id={name}
          name={name}
          defaultValue={value}
          inputMode={parameter.type === 'number' ? 'decimal' : 'text'}
          className="control"
        />
      ) : (
        <select id={name} name={name} defaultValue={value} className="control">
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      )}
    </div>
  );
}
