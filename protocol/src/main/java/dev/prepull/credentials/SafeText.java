package dev.prepull.credentials;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** Words of others, fit to be shown: one line, without secrets. */
public final class SafeText {

  /** Stands for what is not shown. */
  public static final String HIDDEN = "…";

  private static final Pattern USER_OF_URL = Pattern.compile("://[^/\\s@]+@");
  private static final Pattern SCHEME = Pattern.compile("(?i)\\b(bearer|basic)\\s+\\S+");
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)([\\w.-]*(?:password|passwd|secret|token|authorization|(?:api|access)[_-]?key)[\\w.-]*[\"']?\\s*[:=]\\s*[\"']?)[^\\s\"',;}]+");

  /** Long and of upper case, lower case and digits: no word, name or path that is worth showing. */
  private static final Pattern RANDOM =
      Pattern.compile(
          "(?<![\\w+/=.-])(?=[\\w+/=.-]*[a-z])(?=[\\w+/=.-]*[A-Z])(?=[\\w+/=.-]*\\d)[\\w+/=.-]{20,}");

  private SafeText() {}

  /** Makes it fit to be shown. */
  public static String of(String said) {
    return of(said, List.of());
  }

  /**
   * Makes it fit to be shown.
   *
   * @param secrets what must not be in it, whatever it looks like
   */
  public static String of(String said, Collection<String> secrets) {
    String text =
        String.join(
            " ",
            said.lines()
                .map(line -> line.replaceAll("\\p{Cntrl}", "").strip())
                .filter(line -> !line.isEmpty())
                .toList());
    for (String secret : secrets) {
      text = secret.isBlank() ? text : text.replace(secret, HIDDEN);
    }
    text = USER_OF_URL.matcher(text).replaceAll("://" + HIDDEN + "@");
    text = SCHEME.matcher(text).replaceAll("$1 " + HIDDEN);
    text = NAMED.matcher(text).replaceAll("$1" + HIDDEN);
    return RANDOM.matcher(text).replaceAll(HIDDEN);
  }
}
