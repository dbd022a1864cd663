/** How the receivers of the fuzz are set up, and how often each is tried. */
export const SETUPS = [
  [40, 'open'],
  [30, 'signed'],
  [10, 'kie'],
  [8, 'narrow'],
  [8, 'handoff'],
  [2, 'failing'],
  [2, 'undecided'],
] as const

export type SetupName = (typeof SETUPS)[number][1]
