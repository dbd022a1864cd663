/** One thing that is tried. */
export interface Trial {
  readonly title: string
  readonly run: () => unknown
}
