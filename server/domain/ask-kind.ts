// Apart from the rest of an ask: every page of the room reads kinds in its events, and none of the forms' schemas.
export const askKinds = ['permission', 'question'] as const;
export type AskKind = (typeof askKinds)[number];
