package dev.prepull.model;

import java.util.regex.Pattern;

/**
 * What most objects of Kubernetes may be called.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names">Kubernetes,
 *     object names</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1123">RFC 1123</a>
 */
public final class DnsSubdomain {

  private static final int MAX_LENGTH = 253;
  private static final Pattern FORM =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private DnsSubdomain() {}

  /** Whether the text is one. */
  public static boolean matches(String text) {
    return text.length() <= MAX_LENGTH && FORM.matcher(text).matches();
  }
}
