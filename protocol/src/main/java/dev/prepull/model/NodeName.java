package dev.prepull.model;

import java.util.regex.Pattern;

/**
 * The name of a Kubernetes node: an RFC 1123 subdomain.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names">Kubernetes,
 *     object names</a>
 */
public record NodeName(String value) implements Comparable<NodeName> {

  private static final int MAX_LENGTH = 253;
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException when it is no RFC 1123 subdomain
   */
  public NodeName {
    if (value.length() > MAX_LENGTH || !SUBDOMAIN.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "\"%s\" is not a node name: expected an RFC 1123 subdomain such as node-1.example"
              .formatted(value));
    }
  }

  @Override
  public int compareTo(NodeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
