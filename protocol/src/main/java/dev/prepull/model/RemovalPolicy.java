package dev.prepull.model;

/** What happens to an image on the nodes when it leaves the list. */
public enum RemovalPolicy {
  /** It stays; the kubelet's garbage collection decides. */
  KEEP("Keep"),
  /** It is deleted where PrePull pulled it and no container uses it. */
  DELETE("Delete");

  private final String word;

  RemovalPolicy(String word) {
    this.word = word;
  }

  /** The word as users write it. */
  public String word() {
    return word;
  }
}
