/** The answer an ask card's form holds, as the service takes it; the service judges it. */
export function answerFrom(form: FormData): unknown {
  const decision = form.get('decision');
  const text = (name: string) => String(form.get(name) ?? '').trim();
  if (decision === 'answer') {
    const answer = text('text') || text('option');
    return { answers: answer === '' ? [] : [answer] };
  }
  const message = decision === 'reject' ? text('message') : '';
  return { decision, ...(message === '' ? {} : { message }) };
}

/** The rule a form holds, as an answer; days are counted from `now`. */
export function ruleFrom(form: FormData, now: Date) {
  const days = Number(form.get('days'));
  return {
    decision: 'rule',
    rule: {
      pattern: String(form.get('pattern') ?? ''),
      scope: form.get('scope') ?? undefined,
      ...(Number.isFinite(days) && days > 0 && days <= 366
        ? { expiresAt: new Date(now.getTime() + days * 86_400_000).toISOString() }
        : {}),
    },
  };
}
