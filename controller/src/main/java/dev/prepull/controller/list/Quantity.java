package dev.prepull.controller.list;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Amounts of bytes as Kubernetes writes them, such as {@code 20Gi}.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/">
 *     Quantity</a>
 */
final class Quantity {

  private static final Map<String, BigDecimal> FACTORS =
      Map.ofEntries(
          Map.entry("", BigDecimal.ONE),
          Map.entry("k", BigDecimal.TEN.pow(3)),
          Map.entry("M", BigDecimal.TEN.pow(6)),
          Map.entry("G", BigDecimal.TEN.pow(9)),
          Map.entry("T", BigDecimal.TEN.pow(12)),
          Map.entry("P", BigDecimal.TEN.pow(15)),
          Map.entry("E", BigDecimal.TEN.pow(18)),
          Map.entry("Ki", BigDecimal.TWO.pow(10)),
          Map.entry("Mi", BigDecimal.TWO.pow(20)),
          Map.entry("Gi", BigDecimal.TWO.pow(30)),
          Map.entry("Ti", BigDecimal.TWO.pow(40)),
          Map.entry("Pi", BigDecimal.TWO.pow(50)),
          Map.entry("Ei", BigDecimal.TWO.pow(60)));
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,18}(?:\\.\\d{0,9})?(?:[eE]\\d{1,2})?)([kMGTPE]|[KMGTPE]i)?");

  private Quantity() {}

  /**
   * Reads a whole, positive number of bytes.
   *
   * @throws IllegalArgumentException when the text is none
   */
  static long bytes(String text) {
    Matcher form = FORM.matcher(text);
    if (form.matches()) {
      String suffix = form.group(2) == null ? "" : form.group(2);
      BigDecimal factor = FACTORS.getOrDefault(suffix, BigDecimal.ONE);
      BigDecimal bytes = new BigDecimal(form.group(1)).multiply(factor);
      if (bytes.compareTo(BigDecimal.ONE) >= 0
          && bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
        return bytes.longValue();
      }
    }
    throw new IllegalArgumentException("expected an amount of bytes such as 20Gi or 500M");
  }
}
