package dev.prepull.controller.signal;

/** The ways to tell, the most urgent first: behind a taint a node waits for work. */
public enum Signal {
  /** The startup taint, which is only ever removed. */
  TAINT("startup taint"),
  /** The label {@code prepull.dev/ready}. */
  LABEL("label"),
  /** The condition {@code ImagesPrePulled}. */
  CONDITION("condition");

  private final String word;

  Signal(String word) {
    this.word = word;
  }

  /** The word as users see it. */
  public String word() {
    return word;
  }
}
