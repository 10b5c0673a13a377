package dev.prepull.model;

/** The name of a Kubernetes node, a {@link DnsSubdomain}. */
public record NodeName(String value) implements Comparable<NodeName> {

  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException when it is no RFC 1123 subdomain
   */
  public NodeName {
    if (!DnsSubdomain.matches(value)) {
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
