package dev.prepull.model;

/** What happens when a node holds another digest than the locked one. */
public enum DriftPolicy {
  /** The node is brought to the locked digest. */
  CONVERGE("Converge"),
  /** The difference is reported and nothing is changed. */
  REPORT("Report");

  private final String word;

  DriftPolicy(String word) {
    this.word = word;
  }

  /** The word as users write it. */
  public String word() {
    return word;
  }
}
