/** How the command ends. */
export const ExitCode = {
  /** It did what was asked. */
  done: 0,
  /** It could not; a message says why. */
  failed: 1,
  /** The command line is not valid. */
  usage: 2,
  /** `verify` has found damage. */
  damaged: 3,
  /** Somebody pressed Ctrl-C; nothing of the running write was committed. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
