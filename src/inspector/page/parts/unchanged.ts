import { Component, type ComponentChildren, type FunctionComponent } from 'preact'

/** The component, which is rendered again only when one of its properties is another: a list of 500 draws the row that changed. */
export function unlessUnchanged<Props extends object>(
  Inner: FunctionComponent<Props>,
): new (props: Props) => Component<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      return (Object.keys(next) as (keyof Props)[]).some((name) => next[name] !== this.props[name])
    }

    override render(): ComponentChildren {
      return Inner(this.props)
    }
  }
}
