package dev.prepull.model;

/**
 * Where one image stands on one node.
 *
 * <pre>
 *   WAITING ──► GRANTED ──► PULLING ──► PRESENT ◄──► DRIFTED
 *      ▲                       │
 *      └───── FAILED ◄─────────┘        BLOCKED: a condition must change first
 * </pre>
 */
public enum ImageState {
  /** Missing, and not yet allowed to be pulled. */
  WAITING("Waiting"),
  /** Allowed, and in the node's queue. */
  GRANTED("Granted"),
  /** The runtime is at it. */
  PULLING("Pulling"),
  /** The runtime resolves the reference. */
  PRESENT("Present"),
  /** The runtime resolves the reference to another digest than the locked one. */
  DRIFTED("Drifted"),
  /** The last pull failed; another follows at the reported time. */
  FAILED("Failed"),
  /** No pull is tried until a condition changes: disk, policy, size. */
  BLOCKED("Blocked");

  private final String word;

  ImageState(String word) {
    this.word = word;
  }

  /** The word as users see it. */
  public String word() {
    return word;
  }
}
