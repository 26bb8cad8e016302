/** The answer an ask card's form holds, as the service takes it; the service judges it. */
export function answerFrom(form: FormData): unknown {
  const decision = form.get('decision');
  const text = (name: string) => String(form.get(name) ?? '').trim();
  if (decision === 'answer') {
    const answer = text('text') || text('option');
    return { answers: answer === '' ? [] : [answer] };
  }
  const message = text('message');
  return { decision, ...(message === '' ? {} : { message }) };
}
