/** The field in which a form may carry the password of a proof; `requireProof` takes it out before the form is judged. */
export const proofField = 'proof';

/** What a page needs to ask for the password again and then go on exactly where the person was. */
export interface ProofAsked {
  /** Ends the sentence "Your password is needed again for …". */
  readonly for: string;
  /** Where the form was sent, and is sent again. */
  readonly path: string;
  /** Everything the form carried, in its order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Why the password that was given did not do; null when none was given yet. */
  readonly refused: string | null;
  /** Without a password only a new sign-in proves who somebody is. */
  readonly by: 'password' | 'sign_in';
  readonly minutes: number;
}
