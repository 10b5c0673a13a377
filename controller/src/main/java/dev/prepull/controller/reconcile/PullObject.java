package dev.prepull.controller.reconcile;

import dev.prepull.model.DnsSubdomain;
import java.util.Comparator;

/**
 * An object that credentials come from, in the controller's namespace.
 *
 * @param name as the API server takes it
 */
public record PullObject(Kind kind, String name) implements Comparable<PullObject> {

  private static final Comparator<PullObject> ORDER =
      Comparator.comparing(PullObject::kind).thenComparing(PullObject::name);

  /** What it is. */
  public enum Kind {
    /** Holds credentials. */
    SECRET("Secret", "secrets"),
    /** Names Secrets. */
    SERVICE_ACCOUNT("ServiceAccount", "serviceaccounts");

    private final String word;
    private final String resource;

    Kind(String word, String resource) {
      this.word = word;
      this.resource = resource;
    }

    /** As in a manifest. */
    public String word() {
      return word;
    }

    /** As in an RBAC rule. */
    public String resource() {
      return resource;
    }
  }

  /** The name becomes part of a field selector, so it must be one. */
  public PullObject {
    if (!DnsSubdomain.matches(name)) {
      throw new IllegalArgumentException("\"%s\" is not a name".formatted(name));
    }
  }

  /** A Secret of that name. */
  public static PullObject secret(String name) {
    return new PullObject(Kind.SECRET, name);
  }

  /** A ServiceAccount of that name. */
  public static PullObject serviceAccount(String name) {
    return new PullObject(Kind.SERVICE_ACCOUNT, name);
  }

  /** As messages name it, such as {@code Secret prepull-system/regcred}. */
  public String in(String namespace) {
    return kind.word() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
  }

  @Override
  public int compareTo(PullObject other) {
    return ORDER.compare(this, other);
  }
}
