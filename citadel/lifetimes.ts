/** Before it is made a certificate is valid already, for machines whose clocks are behind. */
export const BACKDATED_MS = 2 * 60_000;

/** A root's life: ten years, as nobody likes to replace what every machine trusts. */
export const ROOT_DAYS = 3652;

/** A leaf's longest life: who renews every quarter lets a script do it. */
export const MAX_LEAF_DAYS = 90;
