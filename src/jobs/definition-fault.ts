/** One thing that is wrong in a definition file. */
export type DefinitionProblem = {
  /** `jobs[0].mapping.Name` */
  readonly path: string;
  readonly message: string;
  readonly line?: number;
};

/** A definition (file or ad-hoc flags) cannot be used: a run-level error, found before anything is sent. */
export class DefinitionFault extends Error {
  public override readonly name = 'DefinitionFault';

  public constructor(
    /** Stable code; the words for people are made from it and `facts` at the edge. */
    public readonly code:
      | 'not-found'
      | 'not-a-file'
      | 'not-readable'
      | 'not-writable'
      | 'not-utf8'
      | 'empty'
      | 'not-json'
      | 'invalid'
      | 'changed',
    message: string,
    public readonly facts: { readonly path?: string; readonly line?: number; readonly column?: number } & Record<
      string,
      string | number | undefined
    >,
    /** All that is wrong, when the code is `invalid`. */
    public readonly problems: readonly DefinitionProblem[] = [],
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
