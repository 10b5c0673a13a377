package dev.prepull.controller.list;

/**
 * A taint that is no hindrance.
 *
 * @param key empty for every key, which needs {@link Operator#EXISTS}
 * @param value compared under {@link Operator#EQUAL} alone
 * @param effect empty for every effect
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/">taints
 *     and tolerations</a>
 */
public record Toleration(String key, Operator operator, String value, String effect) {

  /** How key and value relate to the taint. */
  public enum Operator {
    /** The key is the taint's. */
    EXISTS("Exists"),
    /** Key and value are the taint's. */
    EQUAL("Equal");

    private final String word;

    Operator(String word) {
      this.word = word;
    }

    /** The word as users write it. */
    public String word() {
      return word;
    }
  }
}
