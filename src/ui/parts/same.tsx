import { Component, type ComponentChildren } from 'preact';

type SameProps<Row> = {
  readonly row: Row;
  readonly draw: (row: Row) => ComponentChildren;
};

/**
 * What a row looks like, looked at again only when the row is another; clocks inside of it go on by themselves. (Handing the
 * same element to Preact twice would do, too, but it then keeps what it drew before.)
 */
export class Same<Row> extends Component<SameProps<Row>> {
  override shouldComponentUpdate({ row }: SameProps<Row>): boolean {
    return row !== this.props.row;
  }

  override render() {
    return this.props.draw(this.props.row);
  }
}
