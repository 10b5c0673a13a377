package dev.prepull.controller.status;

/** Whether a node holds its whole plan, as far as is known. */
public enum PlanHolding {
  /** Every image is there as locked. A plan without images is always held. */
  HELD,
  /** Nothing is known to be missing, but not everything is known. */
  UNKNOWN,
  /** Some image is known to be missing, or to be another than the locked one. */
  LACKING;

  /** Of two images, or more, the one that is worse off counts. */
  PlanHolding and(PlanHolding other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
