import { Form, useNavigation } from 'react-router';
import { Bar } from './ui/button.tsx';

interface CommandProps {
  intent: string;
  label: string;
  consequence: string;
  /** What the bar says while it is on its way. */
  pending: string;
  refusal: string | null;
}

/** One command as a form of its own. */
export function Command({ intent, label, consequence, pending, refusal }: CommandProps) {
  const { state, formData } = useNavigation();
  const busy = state === 'submitting' && formData?.get('intent') === intent;
  return (
    <Form method="post">
      <input type="hidden" name="intent" value={intent} />
      <Bar
        label={label}
        consequence={consequence}
        refusal={refusal}
        pending={busy ? pending : null}
        weight="plain"
        stacked
      />
    </Form>
  );
}
