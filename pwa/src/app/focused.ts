/** An action: what has just appeared in place of what had the focus takes it, so that the keyboard goes on from there. */
export const focused = (node: HTMLElement): void => node.focus({ preventScroll: true });
