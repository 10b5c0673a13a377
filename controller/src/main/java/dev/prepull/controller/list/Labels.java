package dev.prepull.controller.list;

import dev.prepull.model.DnsSubdomain;
import java.util.regex.Pattern;

/**
 * The syntax of label keys and values.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set">labels,
 *     syntax</a>
 */
final class Labels {

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");

  private Labels() {}

  static boolean isKey(String key) {
    int slash = key.indexOf('/');
    String prefix = slash < 0 ? "" : key.substring(0, slash);
    boolean prefixFits = slash < 0 || DnsSubdomain.matches(prefix);
    return prefixFits && NAME.matcher(key.substring(slash + 1)).matches();
  }

  static boolean isValue(String value) {
    return value.isEmpty() || NAME.matcher(value).matches();
  }
}
