/** The order of a lane while somebody points at a card in it. */

export interface Plan {
  /** The ids to show, top to bottom. */
  readonly order: readonly string[];
  /** Those of them that are gone from the lane and stay, faded, only to hold their place. */
  readonly ghosts: ReadonlySet<string>;
}

/**
 * The order of a lane that shows `current` and should show `wanted`. What stands above and at `anchor`, the card under
 * the pointer or in focus, stays where it is; what is new comes below it until the pointer leaves (`anchor` is `null`).
 */
export function planLane(current: readonly string[], wanted: readonly string[], anchor: string | null): Plan {
  const at = anchor === null ? -1 : current.indexOf(anchor);
  const held = current.slice(0, at + 1);
  const heldSet = new Set(held);
  const wantedSet = new Set(wanted);
  return {
    order: [...held, ...wanted.filter((id) => !heldSet.has(id))],
    ghosts: new Set(held.filter((id) => !wantedSet.has(id))),
  };
}
