package dev.prepull.model;

/** When a runtime is asked to pull; the words are those of a Pod's {@code imagePullPolicy}. */
public enum PullPolicy {
  /** Pull what the runtime does not hold; never look at the registry for what it holds. */
  IF_NOT_PRESENT("IfNotPresent"),
  /** As {@link #IF_NOT_PRESENT}, and look at the tag again every refresh interval. */
  ALWAYS("Always");

  private final String word;

  PullPolicy(String word) {
    this.word = word;
  }

  /** The word as users write it. */
  public String word() {
    return word;
  }
}
