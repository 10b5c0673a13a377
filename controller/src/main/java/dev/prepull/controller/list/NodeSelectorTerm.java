package dev.prepull.controller.list;

import java.util.List;

/**
 * A term of a node affinity: all its requirements must hold, and a term without any matches
 * nothing.
 *
 * @param matchExpressions about labels
 * @param matchFields about {@code metadata.name}
 * @see <a
 *     href="https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#NodeSelectorTerm">NodeSelectorTerm</a>
 */
public record NodeSelectorTerm(List<Requirement> matchExpressions, List<Requirement> matchFields) {

  /** Copies the lists. */
  public NodeSelectorTerm {
    matchExpressions = List.copyOf(matchExpressions);
    matchFields = List.copyOf(matchFields);
  }

  /** One requirement. */
  public record Requirement(String key, Operator operator, List<String> values) {

    /** Copies the values. */
    public Requirement {
      values = List.copyOf(values);
    }
  }

  /** How a key relates to the values. */
  public enum Operator {
    /** The value is one of them. */
    IN("In"),
    /** The value is none of them, or there is no such key. */
    NOT_IN("NotIn"),
    /** There is such a key. */
    EXISTS("Exists"),
    /** There is no such key. */
    DOES_NOT_EXIST("DoesNotExist"),
    /** The value, a whole number, is greater. */
    GT("Gt"),
    /** The value, a whole number, is less. */
    LT("Lt");

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
